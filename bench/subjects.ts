// The servers that the bench compares, and how each of them is started.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, isInstalled, scratch, startServer, type RunningServer } from './machine/processes.ts'

/** One kind of server; `start` gets the URL of the origin. */
export interface Subject {
  name: string
  start(origin: string): Promise<RunningServer>
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const node = process.execPath

export const startOrigin = (): Promise<RunningServer> =>
  startServer({ name: 'origin', role: 'load', command: [node, here('servers/origin.ts')] })

export const bare = (name: string, size: number): Subject => ({
  name,
  start: () => startServer({ name, command: [node, here('servers/bare.ts'), String(size)] }),
})

export const dispatch: Subject = {
  name: 'undici dispatch proxy',
  start: (origin) => startServer({ name: 'dispatch', command: [node, here('servers/dispatch.ts'), origin] }),
}

/** How pocketfront is started for one case. */
export interface OurOptions {
  /** One JSON line per request, or none. */
  log?: 'lines'
  /** Room for a million objects of 1 KB in both tiers. */
  memory?: 'large'
  /** Room for as many in V8's heap; the default limit is enough for 100,000. */
  heap?: 'large'
  /** A Lambda@Edge function at viewer-request. */
  lambda?: 'node' | 'python'
  /** A CloudFront Function at viewer-request. */
  cloudFrontFunction?: 'rewrite' | 'token'
  /** A configuration whose functions are edited meanwhile. */
  watched?: string
  /** MinTTL 0, so that an object with no-cache is confirmed each time. */
  confirms?: true
  /** Measures the stops of the event loop. */
  probe?: 'loop'
}

export const ours = (name: string, options: OurOptions = {}): Subject => ({
  name,
  start: (origin) => {
    const runtime = [
      ...(options.heap === 'large' ? ['--max-old-space-size=12288'] : []),
      ...(options.probe === 'loop' ? ['--import', here('servers/loop-probe.ts')] : []),
    ]
    const large = options.memory === 'large' ? ['--edge-memory', '4GiB', '--regional-memory', '4GiB'] : []
    const level = options.log === 'lines' ? 'info' : 'silent'
    const listen = ['--origin', origin, '--port', '0', '--admin-port', '0']
    const code = options.lambda ?? options.cloudFrontFunction ?? (options.confirms ? 'refresh' : undefined)
    const config = code === undefined ? [] : [here(`functions/${code}.yaml`)]
    if (options.watched !== undefined) config.push(options.watched, '--watch')
    const program = [
      here('../src/cli/main.ts'),
      ...config,
      ...listen,
      '--json',
      '--log-level',
      level,
      ...large,
    ]
    return startServer({
      name,
      command: [node, ...runtime, ...program],
      channel: options.probe === 'loop',
    })
  },
})

const NGINX = (folder: string, port: number, origin: string): string => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 300;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  open_file_cache max=100000 inactive=600s; open_file_cache_valid 600s;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=bench:64m max_size=2g use_temp_path=off;
  upstream origin { server ${new URL(origin).host}; keepalive 64; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    add_header X-Cache "Hit from cloudfront"; add_header X-Amz-Cf-Pop FRA56-P8; add_header Age 5;
    add_header X-Amz-Cf-Id $request_id; add_header Via "1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)";
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_cache bench; }
  }
}
`

const nginx: Subject = {
  name: 'nginx proxy_cache',
  start: async (origin) => {
    const port = await freePort()
    const folder = join(scratch, `nginx-${port}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'nginx.conf'), NGINX(folder, port, origin))
    const command = ['nginx', '-p', folder, '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`]
    return startServer({ name: 'nginx', port, command })
  },
}

const varnish: Subject = {
  name: 'Varnish',
  start: async (origin) => {
    const port = await freePort()
    const folder = join(scratch, `varnish-${port}`)
    const { hostname, port: originPort } = new URL(origin)
    const vcl = `${folder}.vcl`
    writeFileSync(
      vcl,
      `vcl 4.1;\nbackend origin { .host = "${hostname}"; .port = "${originPort}"; }\n` +
        'sub vcl_deliver { set resp.http.X-Cache = "Hit from cloudfront"; set resp.http.X-Amz-Cf-Pop = "FRA56-P8"; ' +
        'set resp.http.X-Amz-Cf-Id = "00000000000000000000000000000000" + req.xid; }\n',
    )
    const listen = ['-a', `127.0.0.1:${port}`, '-n', folder]
    const command = [
      'varnishd',
      '-F',
      '-j',
      'none',
      ...listen,
      '-f',
      vcl,
      '-s',
      'malloc,1g',
      '-p',
      'thread_pools=1',
    ]
    return startServer({ name: 'Varnish', port, command })
  },
}

/** The caches written in C that this machine has. */
export const peers: readonly Subject[] = [
  ...(isInstalled('nginx') ? [nginx] : []),
  ...(isInstalled('varnishd') ? [varnish] : []),
]
