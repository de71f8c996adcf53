// The Content-Type that an upload tool would have given a file, by its extension.

/** S3's type for objects that were uploaded without one. (Amazon S3 User Guide, 'System-defined object metadata') */
const UNKNOWN = 'binary/octet-stream'

/** No charset: upload tools guess the type alone, and a page that relies on one would break in production. */
const BY_EXTENSION: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'text/html': 'html htm',
    'text/css': 'css',
    'text/javascript': 'js mjs cjs',
    'text/plain': 'txt text log',
    'text/csv': 'csv',
    'text/tab-separated-values': 'tsv',
    'text/xml': 'xml',
    'text/markdown': 'md',
    'text/calendar': 'ics',
    'text/vtt': 'vtt',
    'application/json': 'json map',
    'application/manifest+json': 'webmanifest',
    'application/rss+xml': 'rss',
    'application/atom+xml': 'atom',
    'application/xhtml+xml': 'xhtml',
    'application/pdf': 'pdf',
    'application/wasm': 'wasm',
    'application/zip': 'zip',
    'application/gzip': 'gz',
    'application/x-tar': 'tar',
    'application/vnd.apple.mpegurl': 'm3u8',
    'application/dash+xml': 'mpd',
    'application/vnd.ms-fontobject': 'eot',
    'font/woff': 'woff',
    'font/woff2': 'woff2',
    'font/ttf': 'ttf',
    'font/otf': 'otf',
    'image/svg+xml': 'svg',
    'image/png': 'png',
    'image/jpeg': 'jpg jpeg',
    'image/gif': 'gif',
    'image/webp': 'webp',
    'image/avif': 'avif',
    'image/bmp': 'bmp',
    'image/tiff': 'tif tiff',
    'image/vnd.microsoft.icon': 'ico',
    'audio/mpeg': 'mp3',
    'audio/mp4': 'm4a',
    'audio/ogg': 'ogg opus',
    'audio/wav': 'wav',
    'audio/flac': 'flac',
    'video/mp4': 'mp4 m4v m4s',
    'video/webm': 'webm',
    'video/mp2t': 'ts',
    'video/quicktime': 'mov',
  }).flatMap(([type, extensions]) => extensions.split(' ').map((extension) => [extension, type] as const)),
)

/** The type of the object with this key. */
export function contentTypeOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? UNKNOWN : (BY_EXTENSION.get(name.slice(dot + 1).toLowerCase()) ?? UNKNOWN)
}
