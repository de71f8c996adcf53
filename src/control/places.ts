// The caches as Prometheus gauges.
import type { PlaceUsage } from './admin.ts'
import type { Sample } from '../observe/exposition.ts'
import { toFamilyText } from '../observe/exposition.ts'

/** Entries, bytes and budgets of all caches, one series per place. */
export function toPlacesText(places: readonly PlaceUsage[]): string {
  const samples = (valueOf: (place: PlaceUsage) => number): Sample[] =>
    places.map((place) => [
      [
        ['layer', place.layer],
        ['place', place.place],
      ],
      valueOf(place),
    ])
  return (
    toFamilyText(
      'pocketfront_cache_entries',
      'gauge',
      'Objects in a cache.',
      samples((place) => place.entries),
    ) +
    toFamilyText(
      'pocketfront_cache_bytes',
      'gauge',
      'Bytes of memory that the objects of a cache take.',
      samples((place) => place.bytes),
    ) +
    toFamilyText(
      'pocketfront_cache_budget_bytes',
      'gauge',
      'Bytes of memory that a cache may take.',
      samples((place) => place.budgetBytes),
    ) +
    toFamilyText(
      'pocketfront_cache_disk_bytes',
      'gauge',
      'Bytes of large objects of a cache that lie in files.',
      samples((place) => place.diskBytes),
    ) +
    toFamilyText(
      'pocketfront_cache_disk_budget_bytes',
      'gauge',
      'Bytes of disk that a cache may take.',
      samples((place) => place.diskBudgetBytes),
    )
  )
}
