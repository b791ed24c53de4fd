#!/usr/bin/env python3
"""Brings this machine's MCP clients in line with RevLoops' registry of servers, and touches only what is its own.

    python3 install.py install [--client claude-code|claude-desktop|cursor|vscode|all] [--dry-run] [--force] [--json]
    python3 install.py uninstall [--client ...] [--dry-run] [--force] [--json]
    python3 install.py status [--json]

As it is served by a deployment (GET /mcp/install.py) it knows the registry's address and signing key; else give --registry and
--key. Python 3.8 or later, nothing else. `cargo revloops mcp` does the same; infra/mcp/cases holds both to the same behaviour.

Exit codes: 0 done, or nothing to do; 1 something is left for a person; 2 usage; 3 the registry is refused.
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import os
import re
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request

# Filled in when a deployment serves this file.
REGISTRY_URL = ""
REGISTRY_KEY = ""
BRIDGE = ""

PAYLOAD_TYPE = "application/vnd.revloops.mcp-registry.v1+json"
PUBLISHER_META = "io.modelcontextprotocol.registry/publisher-provided"
BRIDGE_NAME = "revloops"
MOST_BYTES = 1 << 20
ATTEMPTS = 3


class Stop(Exception):
    """Nothing was done; the exit code says why."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def usage(text):
    return Stop(2, text)


def refused(text):
    return Stop(3, "the registry is refused: %s; nothing was changed" % text)


# ---- Ed25519, RFC 8032, section 5.1: verification alone. Public values only, so that its time need not be constant. ------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_mul(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        s >>= 1
    return q


def point_equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point_decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def ed25519_verifies(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_decompress(public), point_decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return point_equal(point_mul(s, BASE), point_add(r, point_mul(h, a)))


# ---- The registry ----------------------------------------------------------------------------------------------------------------


def unbase64(text):
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def key_of(text):
    key = unbase64(text.strip())
    if key is None or len(key) != 32:
        raise usage("a public key is 32 bytes in base64 (44 characters)")
    return key


def key_id(key):
    return hashlib.sha256(key).hexdigest()[:16]


def time_of(text):
    """Whole seconds or fractions of RFC 3339 in UTC."""
    if not isinstance(text, str) or not re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z", text):
        raise ValueError(text)
    whole = datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return whole.replace(tzinfo=datetime.timezone.utc).timestamp()


def is_safe_url(text):
    """HTTPS, or HTTP on this machine; without blanks, credentials or a fragment."""
    try:
        url = urllib.parse.urlsplit(text)
        host, _port = url.hostname, url.port
    except ValueError:
        return False
    if not host or any(c.isspace() or ord(c) < 32 or ord(c) == 127 for c in text) or "#" in text:
        return False
    if url.username is not None or url.password is not None:
        return False
    here = host == "localhost" or host == "::1" or re.match(r"^127\.\d{1,3}\.\d{1,3}\.\d{1,3}\Z", host) is not None
    return url.scheme == "https" or (url.scheme == "http" and here)


def read_server(entry):
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise refused("it is signed, but cannot be used: a server has no name")
    meta = entry.get("_meta")
    meta = meta.get(PUBLISHER_META) if isinstance(meta, dict) else None
    client_name = meta.get("client_name") if isinstance(meta, dict) else None
    if not isinstance(client_name, str) or not re.match(r"^[A-Za-z0-9_-]{1,64}\Z", client_name) or client_name == BRIDGE_NAME:
        raise refused("it is signed, but cannot be used: %s has no usable client_name" % name)
    remotes = entry.get("remotes") if isinstance(entry.get("remotes"), list) else []
    remotes = [r.get("url") for r in remotes if isinstance(r, dict) and r.get("type") == "streamable-http"]
    urls = [url for url in remotes if isinstance(url, str)][:1]
    if not urls or not is_safe_url(urls[0]):
        raise refused("it is signed, but cannot be used: %s has no remote at an https address" % name)
    return {"name": name, "client_name": client_name, "url": urls[0]}


def read_envelope(data):
    try:
        envelope = json.loads(data.decode("utf-8"))
        kind, payload, signatures = envelope["payloadType"], envelope["payload"], envelope["signatures"]
        if not all(isinstance(s["keyid"], str) and isinstance(s["sig"], str) for s in signatures):
            raise ValueError("a signature is no text")
    except (ValueError, KeyError, TypeError) as error:
        raise refused("it is not a signed registry: %s" % error)
    if kind != PAYLOAD_TYPE:
        raise refused("it is not a signed registry: its payload is `%s`, not %s" % (str(kind)[:80], PAYLOAD_TYPE))
    if unbase64(payload) is None:
        raise refused("it is not a signed registry: its payload is not base64")
    return envelope


def verified(envelope, key, now):
    """The registry, if `key` signed it and it has not expired at `now`, in seconds since 1970; None: whenever that is."""
    payload = unbase64(envelope["payload"])
    kind = envelope["payloadType"].encode("utf-8")
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signatures = [unbase64(signature["sig"]) for signature in envelope["signatures"]]
    if not any(s is not None and ed25519_verifies(key, signed, s) for s in signatures):
        raise refused("it is not signed by the key %s: it was changed on its way, or comes from somebody else" % key_id(key))
    try:
        document = json.loads(payload.decode("utf-8"))
        serial, expires, entries = document["serial"], document["expires"], document["servers"]
        if type(serial) is not int or serial < 1 or not isinstance(entries, list):
            raise ValueError("its serial number or its list of servers is of the wrong kind")
        time_of(document["issued_at"])
        until = time_of(expires)
    except (ValueError, KeyError, TypeError) as error:
        raise refused("it is signed, but cannot be used: %s" % error)
    if now is not None and now >= until:
        raise refused("it expired at %s: ask for it to be published anew (`cargo revloops mcp publish`)" % expires)
    servers = [read_server(entry) for entry in entries]
    names = [server["client_name"] for server in servers]
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise refused("it is signed, but cannot be used: two servers are called %s" % twice[0])
    return {"serial": serial, "expires": expires, "until": until, "servers": servers, "payload": payload}


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The registry is at one address, or not to be had."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


def fetch(url):
    """The bytes, or why there are none."""
    try:
        if url.startswith("file:"):
            with open(urllib.request.url2pathname(urllib.parse.urlsplit(url).path), "rb") as file:
                return file.read(MOST_BYTES + 1), None
        # No proxy stands between this machine and itself.
        proxies = {} if url.startswith("http:") else None
        opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler(proxies))
        request = urllib.request.Request(url, headers={"Accept": "application/json", "User-Agent": "revloops-install"})
        with opener.open(request, timeout=15) as answer:
            return answer.read(MOST_BYTES + 1), None
    except (OSError, ValueError) as error:
        return None, str(error)


def accept(url, key, state, now):
    """Which registry counts: the one just fetched, or the last good one where none can be had."""
    seen = state.get("registry")
    # By another key it was another registry: its numbers say nothing about this one's.
    if seen is not None and seen["key"] != base64.b64encode(key).decode():
        seen = None
    data, why = fetch(url)

    def report(registry, source, note):
        return {"url": url, "serial": registry["serial"], "expires": registry["expires"], "source": source, "note": note}

    if data is None:
        if seen is None:
            raise refused("it cannot be had (%s), and none was seen before" % why)
        try:
            registry = verified(seen["envelope"], key, now)
        except Stop as stop:
            raise Stop(3, "the registry cannot be had (%s), and of the one seen last: %s" % (why, stop))
        return registry, seen, report(registry, "last_good", "it cannot be had just now (%s): the one seen last is used" % why)
    if len(data) > MOST_BYTES:
        raise refused("it is larger than %d bytes" % MOST_BYTES)
    envelope = read_envelope(data)
    registry = verified(envelope, key, now)
    if seen is not None:
        before = verified(seen["envelope"], key, None)
        if registry["serial"] < before["serial"]:
            text = "its serial number is %d, and %d was seen before: somebody serves an old registry"
            raise refused(text % (registry["serial"], before["serial"]))
        if registry["serial"] == before["serial"] and registry["payload"] != before["payload"]:
            text = "its serial number is %d, as that of the one seen before, but it says something else"
            raise refused(text % registry["serial"])
    seen = {"url": url, "key": base64.b64encode(key).decode(), "envelope": envelope}
    return registry, seen, report(registry, "fetched", "")


# ---- JSON that others keep: where each value stands ------------------------------------------------------------------------------


class EditError(Exception):
    """Why a file cannot be edited; it is left as it is then."""


class Node:
    __slots__ = ("start", "end", "kind", "value")

    def __init__(self, start, end, kind, value):
        self.start, self.end, self.kind, self.value = start, end, kind, value

    def to_json(self):
        if self.kind == "object":
            return {member.key: member.node.to_json() for member in self.value}
        if self.kind == "array":
            return [item.to_json() for item in self.value]
        return self.value


class Member:
    __slots__ = ("key", "start", "node")

    def __init__(self, key, start, node):
        self.key, self.start, self.node = key, start, node


class Reader:
    """JSON, and with `loose` comments and trailing commas as well."""

    STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
    NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
    WORD = re.compile(r"true|false|null")
    BLANK = re.compile(r"[ \t\r\n]*")
    COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
    MOST_DEEP = 200  # Each level takes several of Python's own, which allows 1,000.

    def __init__(self, text, loose):
        self.text, self.loose, self.at, self.depth = text, loose, 0, 0

    def fail(self, what):
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        text = "it is not valid JSON: line %d, column %d: %s; mend that and run this again"
        raise EditError(text % (line, column, what))

    def blank(self):
        while True:
            self.at = self.BLANK.match(self.text, self.at).end()
            comment = self.COMMENT.match(self.text, self.at) if self.loose else None
            if comment is None:
                return
            self.at = comment.end()

    def whole(self):
        self.blank()
        if self.at == len(self.text):
            raise EditError("the file is not an object; mend that and run this again")
        node = self.node()
        self.blank()
        if self.at != len(self.text):
            self.fail("there is more after the value")
        return node

    def node(self):
        start = self.at
        if self.text.startswith("{", start):
            return Node(start, *self.many("}", self.member, "object"))
        if self.text.startswith("[", start):
            return Node(start, *self.many("]", self.node, "array"))
        for kind, pattern in (("string", self.STRING), ("number", self.NUMBER), ("word", self.WORD)):
            match = pattern.match(self.text, start)
            if match is not None:
                self.at = match.end()
                try:
                    return Node(start, self.at, kind, json.loads(match.group()))
                except ValueError:
                    # A number too large for Python is compared by its text.
                    return Node(start, self.at, kind, match.group())
        return self.fail("a value is expected")

    def member(self):
        start = self.at
        match = self.STRING.match(self.text, start)
        if match is None:
            self.fail("a key in double quotes is expected")
        self.at = match.end()
        self.blank()
        if not self.text.startswith(":", self.at):
            self.fail("a colon is expected")
        self.at += 1
        self.blank()
        return Member(json.loads(match.group()), start, self.node())

    def many(self, end, one, kind):
        self.depth += 1
        if self.depth > self.MOST_DEEP:
            self.fail("it is nested too deep")
        self.at += 1
        items = []
        self.blank()
        while not self.text.startswith(end, self.at):
            items.append(one())
            self.blank()
            if self.text.startswith(",", self.at):
                comma = self.at
                self.at += 1
                self.blank()
                if self.text.startswith(end, self.at) and not self.loose:
                    self.at = comma
                    self.fail("a comma before the end is not allowed here")
            elif not self.text.startswith(end, self.at):
                self.fail("a comma or the end is expected")
        self.at += 1
        self.depth -= 1
        return self.at, kind, items


BLANKS = " \t\r\n"


def is_blank(text):
    return not text.strip(BLANKS)


def line_start(text, at):
    return text.rfind("\n", 0, at) + 1


def line_indent(text, at):
    return re.compile(r"[ \t]*").match(text, line_start(text, at)).group()


def comma_in(between):
    """Where the comma is in what stands between two members; one in a comment is none. -1: there is none."""
    for match in re.finditer(r"//[^\n]*\n|/\*.*?\*/|,", between, re.S):
        if match.group() == ",":
            return match.start()
    return -1


def pretty(value, indent, unit, newline):
    return json.dumps(value, indent=unit, ensure_ascii=False).replace("\n", newline + indent)


def inline(value):
    return json.dumps(value, ensure_ascii=False)


class Cuts:
    """Where a text is cut for an entry to come or go, in the style that it has."""

    def __init__(self, text, root):
        self.text, self.root = text, root
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.unit = "  "
        if root.value and "\n" in text[root.start : root.value[0].start]:
            self.unit = line_indent(text, root.value[0].start) or "  "

    def member(self, key, value, indent):
        key = json.dumps(key, ensure_ascii=False)
        if indent is None:
            return "%s: %s" % (key, inline(value))
        return "%s: %s" % (key, pretty(value, indent, self.unit, self.newline))

    def cut(self, *cuts):
        out, at = [], 0
        for start, end, put in cuts:
            out += [self.text[at:start], put]
            at = end
        return "".join(out + [self.text[at:]])

    def append(self, node, key, value):
        text, start, close = self.text, node.start + 1, node.end - 1
        base = line_indent(text, node.start)
        child, back = base + self.unit, self.newline + base
        line = lambda indent: self.newline + indent + self.member(key, value, indent)
        if not node.value:
            inside = text[start:close]
            if not is_blank(inside):
                # Comments: the member comes after them.
                at = start + len(inside.rstrip(BLANKS))
                kept = "\n" in text[at:close]
                return self.cut((at, at if kept else close, line(child) + ("" if kept else back)))
            if node is not self.root and "\n" not in text.strip(BLANKS):
                return self.cut((start, close, self.member(key, value, None)))
            return self.cut((start, close, line(child) + back))
        first, last = node.value[0], node.value[-1]
        end = last.node.end
        tail = text[end:close]
        at = end + len(tail.rstrip(BLANKS))
        trailing = comma_in(tail) >= 0
        comma, trailing = ("", ",") if trailing else (",", "")
        if "\n" not in text[start : first.start] and "\n" not in tail:
            return self.cut((end, end, comma), (at, at, " " + self.member(key, value, None) + trailing))
        own_line = is_blank(text[line_start(text, last.start) : last.start])
        indent = line_indent(text, last.start) if own_line else child
        kept = "\n" in text[at:close]
        more = line(indent) + trailing + ("" if kept else back)
        return self.cut((end, end, comma), (at, at if kept else close, more))

    def replace(self, member, value):
        node = member.node
        if "\n" not in self.text[node.start : node.end]:
            return self.cut((node.start, node.end, inline(value)))
        indent = line_indent(self.text, member.start)
        return self.cut((node.start, node.end, pretty(value, indent, self.unit, self.newline)))

    def remove(self, node, at):
        """Comments stay: who knows what they are about."""
        text, members, close = self.text, node.value, node.end - 1
        member = members[at]
        end = member.node.end
        after = members[at + 1].start if at + 1 < len(members) else close
        comma = comma_in(text[end:after])
        comma = end + comma if comma >= 0 else None
        if len(members) == 1:
            past = end if comma is None else comma + 1
            beside = (text[node.start + 1 : member.start], text[end : past if comma is None else comma], text[past:close])
            if all(is_blank(part) for part in beside):
                return self.cut((node.start, node.end, "{}"))
        cuts, apart = [], []
        if comma is None and at > 0:
            # The last one's comma is the one before it.
            before = members[at - 1].node.end
            found = comma_in(text[before : member.start])
            if found >= 0:
                cuts.append((before + found, before + found + 1, ""))
        if comma is not None:
            if is_blank(text[end:comma]):
                end = comma + 1
            else:
                apart = [(comma, comma + 1, "")]
        start = line_start(text, member.start)
        own_line = start > node.start and is_blank(text[start : member.start])
        past = re.compile(r"[ \t]*").match(text, end).end()
        newline = re.compile(r"\r?\n").match(text, past)
        if own_line and newline is not None:
            cuts.append((start, newline.end(), ""))
        elif comma is not None:
            cuts.append((member.start, past, ""))
        else:
            cuts.append((len(text[: member.start].rstrip(" \t")) if at > 0 else member.start, end, ""))
        return self.cut(*(cuts + apart))


MARK = "\ufeff"


def members_of(node, what):
    if node.kind != "object":
        raise EditError("%s is not an object; mend that and run this again" % what)
    return node.value


def section_of(root, section):
    found = [member for member in members_of(root, "the file") if member.key == section]
    if len(found) > 1:
        raise EditError('the key "%s" stands there twice; remove one and run this again' % section)
    return found[0] if found else None


def entries_of(text, loose, section):
    """The entries under `section`; None where there is no such key."""
    body = text.lstrip(MARK)
    if is_blank(body):
        return None
    found = section_of(Reader(body, loose).whole(), section)
    if found is None:
        return None
    entries = {}
    for member in members_of(found.node, section):
        if member.key in entries:
            raise EditError('the key "%s" stands there twice; remove one and run this again' % member.key)
        entries[member.key] = member.node.to_json()
    return entries


def edited(text, loose, section, name, value):
    """The text with `value` as the entry `name` of `section`; without that entry where it is None."""
    body = text.lstrip(MARK)
    if is_blank(body):
        meant = {section: {name: value}}
        after = pretty(meant, "", "  ", "\n") + "\n"
    else:
        root = Reader(body, loose).whole()
        cuts, found, meant = Cuts(body, root), section_of(root, section), root.to_json()
        names = [member.key for member in members_of(found.node, section)] if found else []
        after = body
        if value is None:
            if name in names:
                after = cuts.remove(found.node, names.index(name))
                del meant[section][name]
        else:
            meant.setdefault(section, {})[name] = value
            if found is None:
                after = cuts.append(root, section, {name: value})
            elif name in names:
                after = cuts.replace(found.node.value[names.index(name)], value)
            else:
                after = cuts.append(found.node, name, value)
    # It must say what was meant and nothing else.
    try:
        faithful = Reader(after, loose).whole().to_json() == meant
    except EditError:
        faithful = False
    if not faithful:
        raise EditError("the edit would have changed more than the one entry; this is a bug in RevLoops")
    return text[: len(text) - len(body)] + after


def without_empty(text, loose, section):
    body = text.lstrip(MARK)
    root = Reader(body, loose).whole()
    for at, member in enumerate(members_of(root, "the file")):
        if member.key == section and body[member.node.start : member.node.end] == "{}":
            return text[: len(text) - len(body)] + Cuts(body, root).remove(root, at)
    return text


# ---- Files that others keep: replaced as a whole or not at all, and only if they are as they were read ---------------------------


class FileProblem(Exception):
    """A file was not read or written."""


class ChangedMeanwhile(FileProblem):
    def __init__(self):
        super().__init__("it was changed by another program in the meantime; run this again")


def read_text(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8")
    except FileNotFoundError:
        if os.path.islink(path):
            raise FileProblem("it is a link to a file that does not exist; mend the link and run this again")
        return None
    except UnicodeDecodeError:
        raise FileProblem("it is not UTF-8 text")
    except OSError as error:
        raise FileProblem(str(error))


def write_new(path, text, like):
    mode = os.stat(like).st_mode & 0o7777 if os.path.exists(like) else 0o600
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb") as file:
        os.chmod(path, mode)
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def before_rename(path):
    """For tests: called just before a file is replaced."""


def replace_file(path, before, after):
    target = os.path.realpath(path) if before is not None else path
    beside = target + ".revloops-new"
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        write_new(beside, after, target)
        if before is not None and not os.path.exists(target + ".revloops-backup"):
            shutil.copy2(target, target + ".revloops-backup")
        before_rename(path)
        if read_text(path) != before:
            raise ChangedMeanwhile()
        os.replace(beside, target)
    except OSError as error:
        raise FileProblem(str(error))
    finally:
        if os.path.exists(beside):
            os.remove(beside)


def delete_file(path, before):
    if read_text(path) != before:
        raise ChangedMeanwhile()
    os.remove(path)


def drop_backup(path):
    target = os.path.realpath(path)
    copied = read_text(target + ".revloops-backup")
    if copied is not None and copied == read_text(target):
        os.remove(target + ".revloops-backup")


def put_own(path, text):
    try:
        try:
            if read_text(path) == text:
                return
        except FileProblem:
            pass
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_new(path + ".new", text, path)
        os.replace(path + ".new", path)
    except (OSError, FileProblem) as error:
        raise Stop(1, "%s: %s" % (path, error))


# ---- The machine, and the clients on it ------------------------------------------------------------------------------------------

CLIENTS = ("claude-code", "claude-desktop", "cursor", "vscode")
TITLES = {"claude-code": "Claude Code", "claude-desktop": "Claude Desktop", "cursor": "Cursor", "vscode": "VS Code"}
# What the person does after an entry has come.
NEXT_STEPS = {
    "claude-code": "start Claude Code again, and log in by /mcp",
    "claude-desktop": "quit Claude Desktop and start it again; the browser opens for the login",
    "cursor": "start Cursor again, and log in under MCP in its settings",
    "vscode": "run MCP: List Servers in VS Code, start the server, and log in",
}


class Place:
    """Where things are on a person's machine."""

    def __init__(self, home, platform, python):
        environment = os.environ if home is None else {}
        self.home = os.path.abspath(os.path.expanduser("~") if home is None else home)
        self.platform, self.python = platform, python
        usual = {
            "linux": (".config",),
            "macos": ("Library", "Application Support"),
            "windows": ("AppData", "Roaming"),
        }[platform]
        variable = {"linux": "XDG_CONFIG_HOME", "macos": "", "windows": "APPDATA"}[platform]
        self.settings = environment.get(variable) or os.path.join(self.home, *usual)
        self.claude = environment.get("CLAUDE_CONFIG_DIR") or None
        self.folder = os.path.join(self.home, ".config", "revloops")
        self.state = os.path.join(self.folder, "mcp.json")
        self.bridge = os.path.join(self.folder, "mcp_bridge.py")
        self.bridge_logins = os.path.join(self.folder, "mcp_bridge_logins.json")

    def file(self, client):
        return {
            "claude-code": os.path.join(self.claude or self.home, ".claude.json"),
            "claude-desktop": os.path.join(self.settings, "Claude", "claude_desktop_config.json"),
            "cursor": os.path.join(self.home, ".cursor", "mcp.json"),
            "vscode": os.path.join(self.settings, "Code", "User", "mcp.json"),
        }[client]

    def has(self, client):
        folder = {
            "claude-code": self.claude or os.path.join(self.home, ".claude"),
            "claude-desktop": os.path.join(self.settings, "Claude"),
            "cursor": os.path.join(self.home, ".cursor"),
            "vscode": os.path.join(self.settings, "Code"),
        }[client]
        return os.path.isdir(folder) or os.path.exists(self.file(client))

    def entries(self, client, servers):
        if client == "claude-desktop":
            return [(BRIDGE_NAME, {"command": self.python, "args": [self.bridge]})]
        if client == "cursor":
            return [(server["client_name"], {"url": server["url"]}) for server in servers]
        return [(server["client_name"], {"type": "http", "url": server["url"]}) for server in servers]


def section_name(client):
    return "servers" if client == "vscode" else "mcpServers"


def is_loose(client):
    return client in ("cursor", "vscode")


# ---- What is remembered ----------------------------------------------------------------------------------------------------------


def load_state(place):
    def fail(what):
        remedy = "nothing was changed; move it away to start anew, then entries written before count as somebody else's"
        return Stop(1, "%s: %s; %s" % (place.state, what, remedy))

    try:
        text = read_text(place.state)
    except FileProblem as problem:
        raise fail(problem)
    if text is None:
        return {"version": 1, "files": []}
    try:
        state = json.loads(text)
        version, files, registry = state["version"], state["files"], state.get("registry")
        for record in files:
            if not all(isinstance(record[key], str) for key in ("client", "file")) or not isinstance(record["entries"], dict):
                raise ValueError("a record is of the wrong kind")
            record["made_file"], record["made_section"] = bool(record["made_file"]), bool(record["made_section"])
        if registry is not None:
            registry["url"], registry["key"], registry["envelope"]["payload"]
    except (ValueError, KeyError, TypeError) as error:
        raise fail("cannot be read: %s" % error)
    if version != 1:
        raise fail("is of version %s, and this is for version 1" % version)
    return state


def save_state(place, state):
    order = [key for key in ("version", "registry", "files") if state.get(key) is not None]
    put_own(place.state, json.dumps({key: state[key] for key in order}, indent=2, ensure_ascii=False) + "\n")


def record_of(state, client, path):
    found = [record for record in state["files"] if record["client"] == client and record["file"] == path]
    return json.loads(json.dumps(found[0])) if found else None


def set_record(state, client, path, record):
    at = [at for at, there in enumerate(state["files"]) if there["client"] == client and there["file"] == path]
    if at and record is not None:
        state["files"][at[0]] = record
    elif at:
        del state["files"][at[0]]
    elif record is not None:
        state["files"].append(record)


def both_records(new, old):
    """What holds before the file is written and after: whatever of both is there, it is ours."""
    both = json.loads(json.dumps(new))
    if old is not None:
        both["made_file"] = both["made_file"] or old["made_file"]
        both["made_section"] = both["made_section"] or old["made_section"]
        for name, values in old["entries"].items():
            known = both["entries"].setdefault(name, [])
            known.extend([value for value in values if value not in known])
    return both


# ---- What is to become of one file -----------------------------------------------------------------------------------------------

CONFLICT = "an entry of this name is there and is not ours, so it stays; rename or remove it, then run this again"
SAME = "the same entry was there before us: it is not ours, and stays when ours go"
CHANGED = "a person changed it since: left as it is; --force puts ours in its place"
NOT_REMOVED = "a person changed it since: left as it is; --force removes it"
OVERWRITTEN = "a person's change was written over"
NEEDS_A_PERSON = ("changed", "conflict", "unusable", "busy")


def outcome(name, action, detail=""):
    return {"name": name, "action": action, "detail": str(detail)}


def wanted_action(is_there, there, known, wanted, force):
    if not is_there:
        return "added", ""
    if known is not None:
        if there == wanted:
            return "unchanged", ""
        if there in known:
            return "updated", ""
        return ("updated", OVERWRITTEN) if force else ("changed", CHANGED)
    return ("same", SAME) if there == wanted else ("conflict", CONFLICT)


def plan(client, path, before, old, wanted, force):
    """(after, record, outcomes); `before` and `after` are None where there is no file."""
    section, loose = section_name(client), is_loose(client)
    record = old or {"client": client, "file": path, "made_file": False, "made_section": False, "entries": {}}
    record = json.loads(json.dumps(record))
    ours = (old or record)["entries"]
    text = before or ""
    there = entries_of(text, loose, section)
    had_section, there = there is not None, there or {}
    outcomes = []
    for name, value in wanted:
        action, detail = wanted_action(name in there, there.get(name), ours.get(name), value, force)
        if action in ("added", "updated"):
            text = edited(text, loose, section, name, value)
        if action in ("added", "updated", "unchanged"):
            record["entries"][name] = [value]
        outcomes.append(outcome(name, action, detail))
    for name in sorted(set(ours) - {name for name, _ in wanted}):
        if name not in there:
            action, detail = "missing", ""
        elif there[name] in ours[name]:
            action, detail = "removed", ""
        elif force:
            action, detail = "removed", OVERWRITTEN
        else:
            action, detail = "changed", NOT_REMOVED
        if action == "removed":
            text = edited(text, loose, section, name, None)
        if action != "changed":
            record["entries"].pop(name, None)
        outcomes.append(outcome(name, action, detail))
    added = any(each["action"] == "added" for each in outcomes)
    record["made_file"] = record["made_file"] or (added and before is None)
    record["made_section"] = record["made_section"] or (added and not had_section)
    if not record["entries"] and record["made_section"] and before is not None:
        text = without_empty(text, loose, section)
    unmade = not record["entries"] and record["made_file"] and text.strip() == "{}"
    nothing = before is None and not text
    return (None if unmade or nothing else text), record, outcomes


def unified(name, before, after):
    """One hunk from the first line that differs to the last, in the format of `diff -u`."""
    if before == after:
        return ""
    old = re.findall(r"[^\n]*\n|[^\n]+\Z", before or "")
    new = re.findall(r"[^\n]*\n|[^\n]+\Z", after or "")
    common = 0
    while common < min(len(old), len(new)) and old[common] == new[common]:
        common += 1
    same_end, most = 0, min(len(old), len(new)) - common
    while same_end < most and old[-1 - same_end] == new[-1 - same_end]:
        same_end += 1
    start, kept = max(0, common - 3), min(same_end, 3)

    def span(lines):
        count = len(lines) - same_end - start + kept
        first = start if count == 0 else start + 1
        return str(first) if count == 1 else "%d,%d" % (first, count)

    out = ["--- %s\n" % (name if before is not None else "/dev/null")]
    out += ["+++ %s\n" % (name if after is not None else "/dev/null"), "@@ -%s +%s @@\n" % (span(old), span(new))]
    rows = [(" ", old[start:common]), ("-", old[common : len(old) - same_end])]
    rows += [("+", new[common : len(new) - same_end]), (" ", old[len(old) - same_end :][:kept])]
    for mark, lines in rows:
        out += [mark + line + ("" if line.endswith("\n") else "\n\\ No newline at end of file\n") for line in lines]
    return "".join(out)


def in_line(client, path, wanted, options, place, state):
    """One file: planned, noted, written, noted again; planned anew where it changed in the meantime."""

    def report(outcomes, diff=""):
        return {"client": client, "file": path, "entries": outcomes, "diff": diff}

    old = record_of(state, client, path)
    for _attempt in range(ATTEMPTS):
        try:
            before = read_text(path)
            after, record, outcomes = plan(client, path, before, old, wanted, options.force)
        except (FileProblem, EditError) as problem:
            return report([outcome("", "unusable", problem)])
        diff = unified(path, before, after)
        if options.dry_run:
            return report(outcomes, diff)
        try:
            if after != before:
                set_record(state, client, path, both_records(record, old))
                save_state(place, state)
                if after is None:
                    delete_file(path, before)
                else:
                    replace_file(path, before, after)
        except ChangedMeanwhile:
            continue
        except (FileProblem, OSError) as problem:
            set_record(state, client, path, old)
            save_state(place, state)
            return report([outcome("", "unusable", problem)])
        set_record(state, client, path, record if record["entries"] else None)
        save_state(place, state)
        return report(outcomes, diff)
    set_record(state, client, path, old)
    save_state(place, state)
    return report([outcome("", "busy", ChangedMeanwhile())])


# ---- The commands ----------------------------------------------------------------------------------------------------------------


def whole_report(dry_run, registry, clients):
    left = any(entry["action"] in NEEDS_A_PERSON for client in clients for entry in client["entries"])
    return {"dry_run": dry_run, "registry": registry, "clients": clients, "exit_code": 1 if left else 0}


def bridge_source():
    if BRIDGE:
        return BRIDGE
    try:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bridge.py"), encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, NameError) as error:
        raise Stop(1, "the bridge for Claude Desktop is not beside this script: %s" % error)


def install(options, place, now):
    state = load_state(place)
    seen = state.get("registry") or {}
    url = options.registry or REGISTRY_URL or seen.get("url")
    key = options.key or REGISTRY_KEY or seen.get("key")
    if not url or not key:
        raise usage("say which registry (--registry URL) and by which key it is signed (--key BASE64)")
    key = key_of(key)
    if not is_safe_url(url) and not url.startswith("file:"):
        raise usage("the registry's address `%s` must be https, http on this machine, or a file" % url)
    registry, seen, about = accept(url, key, state, now)
    recorded = {record["client"] for record in state["files"]}
    clients = [c for c in CLIENTS if (c in options.client if options.client else place.has(c) or c in recorded)]
    if not clients:
        raise usage("no client was found here: name one with --client (%s, or all)" % ", ".join(CLIENTS))
    if not options.dry_run:
        state["registry"] = seen
        save_state(place, state)
        if "claude-desktop" in clients:
            put_own(place.bridge, bridge_source())
    reports = []
    for client in clients:
        wanted = place.entries(client, registry["servers"])
        reports.append(in_line(client, place.file(client), wanted, options, place, state))
    return whole_report(options.dry_run, about, reports)


def uninstall(options, place, _now):
    state = load_state(place)
    reports = []
    for record in list(state["files"]):
        client, path = record["client"], record["file"]
        if client not in CLIENTS or (options.client and client not in options.client):
            continue
        reports.append(in_line(client, path, [], options, place, state))
        if not options.dry_run:
            try:
                drop_backup(path)
            except (FileProblem, OSError) as problem:
                raise Stop(1, "%s: %s" % (path, problem))
    if not options.dry_run:
        unused = []
        if not any(record["client"] == "claude-desktop" for record in state["files"]):
            unused += [place.bridge, place.bridge_logins]
        if not state["files"]:
            unused.append(place.state)
        for path in unused:
            if os.path.exists(path):
                os.remove(path)
        try:
            os.rmdir(place.folder)
        except OSError:
            pass  # Where something else is in it, the folder stays.
    return whole_report(options.dry_run, None, reports)


def status(_options, place, now):
    state = load_state(place)
    seen, registry, reports = state.get("registry"), None, []
    if seen is not None:
        read = verified(seen["envelope"], key_of(seen["key"]), None)
        note = "it has expired: run the installer again" if now >= read["until"] else ""
        registry = {"url": seen["url"], "serial": read["serial"], "expires": read["expires"], "source": "last_good", "note": note}
    for record in state["files"]:
        client, path = record["client"], record["file"]
        if client not in CLIENTS:
            continue
        try:
            there = entries_of(read_text(path) or "", is_loose(client), section_name(client)) or {}
            outcomes = []
            for name, known in sorted(record["entries"].items()):
                if name not in there:
                    outcomes.append(outcome(name, "missing", "run the installer again to have it back"))
                elif there[name] in known:
                    outcomes.append(outcome(name, "unchanged"))
                else:
                    outcomes.append(outcome(name, "changed", CHANGED))
        except (FileProblem, EditError) as problem:
            outcomes = [outcome("", "unusable", problem)]
        reports.append({"client": client, "file": path, "entries": outcomes, "diff": ""})
    return whole_report(False, registry, reports)


def to_text(report):
    out = []
    registry = report["registry"]
    if registry is not None:
        out.append("Registry %(url)s: number %(serial)d, good until %(expires)s" % registry)
        out += ["  " + registry["note"]] if registry["note"] else []
    for client in report["clients"]:
        out.append("%s: %s" % (TITLES[client["client"]], client["file"]))
        for entry in client["entries"]:
            line = "  %-24s %s" % (entry["name"] or "the file", entry["action"])
            out.append(line + (": " + entry["detail"] if entry["detail"] else ""))
        if report["dry_run"] and client["diff"]:
            out.append(client["diff"].rstrip("\n"))
        if not report["dry_run"] and any(entry["action"] == "added" for entry in client["entries"]):
            out.append("  next: " + NEXT_STEPS[client["client"]])
    if not report["clients"]:
        out.append("Nothing is installed.")
    if report["dry_run"]:
        out.append("Dry run: nothing was written.")
    return "\n".join(out)


def this_platform():
    return "macos" if sys.platform == "darwin" else "windows" if os.name == "nt" else "linux"


def main(arguments):
    parser = argparse.ArgumentParser(description="MCP clients in line with RevLoops' registry of servers.")
    parser.add_argument("command", choices=("install", "uninstall", "status"))
    parser.add_argument("--client", action="append", choices=CLIENTS + ("all",), help="default: those that are here")
    parser.add_argument("--home", help="home folder, instead of yours")
    parser.add_argument("--registry", help="the registry's address")
    parser.add_argument("--key", help="the registry's public key, base64")
    parser.add_argument("--python", default=sys.executable or "python3", help="the Python that runs Claude Desktop's bridge")
    parser.add_argument("--platform", choices=("linux", "macos", "windows"), default=this_platform(), help=argparse.SUPPRESS)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    parser.add_argument("--force", action="store_true", help="write over what a person changed in entries of ours")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    options = parser.parse_args(arguments)
    options.client = list(CLIENTS) if options.client and "all" in options.client else options.client
    place = Place(options.home, options.platform, options.python)
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    try:
        report = {"install": install, "uninstall": uninstall, "status": status}[options.command](options, place, now)
    except Stop as stop:
        print("error: %s" % stop, file=sys.stderr)
        if options.json:
            print(json.dumps({"error": str(stop), "exit_code": stop.code}, ensure_ascii=False))
        return stop.code
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else to_text(report))
    return report["exit_code"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
