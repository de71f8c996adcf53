# Runs a Lambda function in Python: reads invocations from a private descriptor and answers there.
# pocketfront starts it; 'runtime.py --check FILE' only says what the interpreter is and whether the file compiles.
import sys

del sys.path[0]  # The folder of this file is none of the function's business.

import json
import os
import time

CHANNEL = 3
LIFELINE = 4
MAX_LINES = 100
MAX_LINE_LENGTH = 10000
MIB = 1024 * 1024
# What the interpreter and the stacks of threads take beside the function's own data.
SLACK_MB = 64


def to_place(error):
    """app.py:4:1: invalid syntax"""
    name = os.path.basename(error.filename or '')
    return '%s:%s:%s: %s' % (name, error.lineno or 1, error.offset or 1, error.msg)


def check(path):
    """One line of JSON: the interpreter, and the syntax error of the file, if any."""
    error = None
    try:
        with open(path, 'rb') as file:
            compile(file.read(), path, 'exec', dont_inherit=True)
    except SyntaxError as e:
        error = to_place(e)
    except Exception as e:
        error = '%s: %s' % (os.path.basename(path), e)
    print(json.dumps({'executable': sys.executable, 'error': error}))


if sys.argv[1:2] == ['--check']:
    check(sys.argv[2])
    sys.exit(0)

import importlib.util
import io
from collections import deque
import logging
import signal
import threading
import traceback

# Taken before the function can replace them.
dumps, loads, write, monotonic = json.dumps, json.loads, os.write, time.monotonic
# Without the search for white space that loads does.
decode = json.JSONDecoder().raw_decode
encode_result = json.JSONEncoder(allow_nan=False, separators=(',', ':')).encode


class Channel:
    """The way to pocketfront. Lines of several threads do not mix; a forked child has no way."""

    def __init__(self):
        self.lock = threading.Lock()
        self.is_open = True

    def send(self, data):
        if not self.is_open:
            return
        with self.lock:
            written = write(CHANNEL, data)
            while written < len(data):
                written += write(CHANNEL, memoryview(data)[written:])

    def send_message(self, message):
        self.send(dumps(message).encode() + b'\n')

    def abandon(self):
        self.lock = threading.Lock()
        self.is_open = False
        for descriptor in (CHANNEL, LIFELINE):
            try:
                os.close(descriptor)
            except OSError:
                pass


channel = Channel()
# Invocations that have been read and have not begun.
ahead = deque()


class Lines:
    """Counts what is handed out per invocation; what a function writes beyond is left out."""

    def __init__(self):
        self.handed_out = 0
        self.is_first = True

    def start_invocation(self):
        # Lines of the module's own start belong to the invocation that waited for it.
        if not self.is_first:
            self.handed_out = 0
        self.is_first = False

    def emit(self, level, text):
        self.handed_out += 1
        if self.handed_out < MAX_LINES:
            channel.send_message({'kind': 'line', 'level': level, 'text': text[:MAX_LINE_LENGTH]})
        elif self.handed_out == MAX_LINES:
            channel.send_message({'kind': 'line', 'level': None, 'text': '(more lines are left out)'})


lines = Lines()


class Bytes(io.RawIOBase):
    """What sys.stdout.buffer is."""

    def __init__(self, output):
        self.output = output

    def writable(self):
        return True

    def write(self, data):
        self.output.write(bytes(data).decode('utf-8', 'replace'))
        return len(data)


class Output(io.TextIOBase):
    """sys.stdout and sys.stderr: text becomes lines of the log."""

    encoding = 'utf-8'
    errors = 'replace'

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.unfinished = ''
        self.buffer = Bytes(self)

    def writable(self):
        return True

    def fileno(self):
        return self.descriptor

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError('write() argument must be str, not %s' % type(text).__name__)
        if '\n' not in text:
            self.unfinished = (self.unfinished + text)[:MAX_LINE_LENGTH]
            return len(text)
        parts = (self.unfinished + text).split('\n')
        self.unfinished = parts.pop()[:MAX_LINE_LENGTH]
        for part in parts:
            lines.emit(None, part)
        return len(text)

    def finish(self):
        if self.unfinished:
            text, self.unfinished = self.unfinished, ''
            lines.emit(None, text)


class LogHandler(logging.Handler):
    """What Lambda gives the root logger; its level is WARNING until the function sets another."""

    def emit(self, record):
        try:
            lines.emit(record.levelname, self.format(record))
        except Exception:
            self.handleError(record)


class Context:
    """The handler's second argument. (AWS Lambda Developer Guide, 'Using the Lambda context object to retrieve Python function information')"""

    def __init__(self, fields, request_id, deadline):
        self.__dict__.update(fields)
        self.aws_request_id = request_id
        self.identity = None
        self.client_context = None
        self._deadline = deadline

    def get_remaining_time_in_millis(self):
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message):
        sys.stdout.write(message if isinstance(message, str) else str(message))


def describe(error):
    """Error and traceback without the frames of this file."""
    try:
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
            frames = frames.tb_next
        text = ''.join(traceback.format_exception(type(error), error, frames)).rstrip('\n')
        if isinstance(error, SyntaxError) and error.filename:
            return to_place(error) + '\n' + text
        last = ''.join(traceback.format_exception_only(type(error), error)).strip()
        return last.split('\n')[-1] + '\n' + text
    except Exception:
        return 'the function raised an error that cannot be shown'


def find_root(path):
    """The folder that imports start from, and the module's name there: packages have an __init__.py."""
    folder, base = os.path.split(path)
    # A dot would make it a module of a package.
    name = os.path.splitext(base)[0].replace('.', '_')
    while os.path.exists(os.path.join(folder, '__init__.py')) and os.path.dirname(folder) != folder:
        folder, package = os.path.split(folder)
        name = package + '.' + name
    return folder, name


def load(path, handler):
    """Imports the file as the module it is in its package."""
    root, name = find_root(path)
    sys.path.insert(0, root)
    if '.' in name:
        importlib.import_module(name.rpartition('.')[0])
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise ImportError('%s is no Python file' % path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    function = module
    for part in handler.split('.'):
        function = getattr(function, part, None)
    if not callable(function):
        names = ', '.join(n for n in vars(module) if not n.startswith('_') and callable(getattr(module, n)))
        raise AttributeError("the module has no function '%s'; it has: %s" % (handler, names or 'none'))
    return root, function


def to_stamp(path):
    try:
        status = os.stat(path)
    except OSError:
        return ''
    return '%d %d' % (status.st_mtime_ns, status.st_size)


class Inputs:
    """Tells which files the function is made of, as far as they have been imported."""

    def __init__(self, root):
        self.root = os.path.join(root, '')
        self.count = -1
        self.told = set()

    def tell(self):
        if len(sys.modules) == self.count:
            return
        self.count = len(sys.modules)
        files = []
        for module in list(sys.modules.values()):
            path = getattr(module, '__file__', None)
            if isinstance(path, str) and path.startswith(self.root) and path not in self.told:
                self.told.add(path)
                files.append({'path': path, 'stamp': to_stamp(path)})
        if files:
            channel.send_message({'kind': 'inputs', 'files': files})


def limit_memory(megabytes):
    try:
        import resource
        size = (megabytes + SLACK_MB) * MIB
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except Exception:
        pass  # Not every system has such a limit.


def end_group():
    """This process and all that it started."""
    if hasattr(os, 'killpg') and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def watch_parent():
    try:
        while os.read(LIFELINE, 64):
            give_back()
    except OSError:
        pass
    end_group()


def give_back():
    """What has not begun; the function's own thread takes from the other end."""
    first = None
    while True:
        try:
            first = ahead.pop()
        except IndexError:
            break
    if first is not None:
        channel.send_message({'kind': 'unstarted', 'id': int(first[:first.index(b'\t')])})


def finish_lines():
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, Output):
            output.finish()


def leave(error):
    """sys.exit ends the process at once, whatever other threads do."""
    finish_lines()
    code = error.code
    if code is not None and not isinstance(code, int):
        lines.emit(None, str(code))
        code = 1
    os._exit((code or 0) & 255)


def to_reply(number, microseconds, result, max_bytes, replies):
    try:
        text = encode_result(result)
    except Exception as error:
        return failed(number, 'invalid', 'The JSON output is not parsable: %s' % error)
    if replies == 'object' and not text.startswith('{'):
        shown = 'nothing' if text == 'null' else text[:100]
        detail = 'The JSON output must be an object type. The handler returned %s' % shown
        return failed(number, 'invalid', detail)
    if len(text) > max_bytes:
        detail = 'the result has %d bytes as JSON, more than %d' % (len(text), max_bytes)
        return failed(number, 'too-large', detail)
    return b'R%b %d %b\n' % (number, microseconds, text.encode())


def failed(number, because, detail):
    message = {'kind': 'failed', 'id': int(number), 'because': because, 'detail': detail}
    return dumps(message).encode() + b'\n'


def invoke(function, start, inputs, line):
    number, deadline, max_bytes, request_id, event = line.split(b'\t', 4)
    lines.start_invocation()
    began = monotonic()
    context = Context(start['context'], request_id.decode(), began + int(deadline) / 1000)
    try:
        result = function(decode(event.decode())[0], context)
        reply = to_reply(number, (monotonic() - began) * 1e6, result, int(max_bytes), start['replies'])
    except SystemExit as error:
        leave(error)
    except BaseException as error:
        reply = failed(number, 'threw', describe(error))
    if not channel.is_open:
        os._exit(0)  # A child that the function forked and that came back here.
    finish_lines()
    inputs.tell()
    channel.send(reply)


def main():
    reader = io.open(CHANNEL, 'rb', buffering=65536, closefd=False)
    start = loads(reader.readline() or os._exit(0))  # No code came: it was a spare.
    for descriptor in (CHANNEL, LIFELINE):
        os.set_inheritable(descriptor, False)
    if hasattr(os, 'register_at_fork'):
        os.register_at_fork(after_in_child=channel.abandon)
    threading.Thread(target=watch_parent, name='pocketfront', daemon=True).start()
    limit_memory(start['memoryMb'])
    sys.stdout, sys.stderr = Output(1), Output(2)
    sys.argv = [start['file']]
    logging.getLogger().addHandler(LogHandler())
    try:
        root, function = load(start['file'], start['handler'])
    except SystemExit as error:
        leave(error)
    except BaseException as error:
        channel.send_message({'kind': 'unloadable', 'detail': describe(error)})
        return
    inputs = Inputs(root)
    inputs.tell()
    channel.send_message({'kind': 'ready'})
    while True:
        for _ in range(int(reader.readline() or end_group())):
            ahead.append(reader.readline())
        while ahead:
            try:
                line = ahead.popleft()
            except IndexError:
                break  # Given back just now.
            invoke(function, start, inputs, line)


main()
