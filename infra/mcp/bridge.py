#!/usr/bin/env python3
"""The stdio bridge for Claude Desktop, which takes no remote servers from its file: one entry there, all of RevLoops' MCP servers here.

It reads the servers from what the installer remembers (mcp.json beside it), each time it starts: a server that the registry gains needs
no other entry. Towards Desktop it is one MCP server; towards each of ours a client of streamable HTTP that logs in by OAuth in the
browser, once a server, since each takes tokens for itself alone. Logins are kept beside it, for the file's owner alone.

Tools, prompts and resources are those of all servers; a tool or prompt is called <server>_<name>. Python 3.8 or later, nothing else.
"""

import base64
import concurrent.futures
import hashlib
import html
import http.server
import json
import os
import re
import secrets
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import webbrowser

PUBLISHER_META = "io.modelcontextprotocol.registry/publisher-provided"
PROTOCOLS = ("2025-11-25", "2025-06-18", "2025-03-26")
LOGIN_SECONDS = 300
REQUEST_SECONDS = 60
MOST_PAGES = 50
MOST_BYTES = 16 << 20


def log(text):
    """For Desktop's log; never a token."""
    print("revloops: %s" % text, file=sys.stderr, flush=True)


class Failed(Exception):
    """What went wrong, for the person who asked."""


class NeedsLogin(Failed):
    """No token that holds."""


class RpcError(Failed):
    """A server's own error, to be passed on."""

    def __init__(self, error):
        super().__init__(str(error.get("message", "the server refused")) if isinstance(error, dict) else "the server refused")
        self.error = error if isinstance(error, dict) else {"code": -32603, "message": "the server refused"}


def is_safe_url(text):
    """HTTPS, or HTTP on this machine."""
    try:
        url = urllib.parse.urlsplit(text)
        host, _port = url.hostname, url.port
    except (ValueError, TypeError, AttributeError):
        return False
    here = host in ("localhost", "127.0.0.1", "::1")
    return bool(host) and url.username is None and (url.scheme == "https" or (url.scheme == "http" and here))


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token is for one address alone."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


OPENER = urllib.request.build_opener(NoRedirects)
# No proxy stands between this machine and itself.
HERE = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))


def send(url, body=None, headers=None):
    """(status, headers, bytes), whatever the status is."""
    if not is_safe_url(url):
        raise Failed("%s is not an https address" % url)
    request = urllib.request.Request(url, data=body, headers=dict({"User-Agent": "revloops-bridge"}, **(headers or {})))
    try:
        with (HERE if url.startswith("http:") else OPENER).open(request, timeout=REQUEST_SECONDS) as answer:
            return answer.status, answer.headers, answer.read(MOST_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read(MOST_BYTES)
    except OSError as error:
        raise Failed("%s does not answer: %s" % (urllib.parse.urlsplit(url).netloc, error))


def send_json(url, body=None, headers=None):
    status, _headers, data = send(url, body, dict({"Accept": "application/json"}, **(headers or {})))
    if status not in (200, 201):
        raise Failed("%s answered %d" % (url.split("?")[0], status))
    try:
        answer = json.loads(data.decode("utf-8"))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Failed("%s gave no JSON object" % url.split("?")[0])
    return answer


# ---- Logins ----------------------------------------------------------------------------------------------------------------------


class Logins:
    """Tokens by server, in a file for its owner alone."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                kept = json.load(file)
            return kept if isinstance(kept, dict) else {}
        except (OSError, ValueError):
            return {}

    def keep(self, server_url, login):
        with self.lock:
            kept = self.read()
            if login is None:
                kept.pop(server_url, None)
            else:
                kept[server_url] = login
            beside = "%s.%d.new" % (self.path, os.getpid())
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=2)
            os.replace(beside, self.path)

    def alone(self):
        """A refresh token is good once: two bridges must not use one at the same time."""
        return Turn(self.path + ".lock")


class Turn:
    """A lock that outlives no crash by more than half a minute."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        end = time.monotonic() + 60
        while True:
            try:
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                return self
            except FileExistsError:
                try:
                    if time.time() - os.path.getmtime(self.path) > 30 + REQUEST_SECONDS:
                        os.remove(self.path)
                        continue
                except OSError:
                    continue
                if time.monotonic() > end:
                    raise Failed("another bridge holds the logins; try again in a minute")
                time.sleep(0.1)

    def __exit__(self, *_failure):
        try:
            os.remove(self.path)
        except OSError:
            pass


def well_known(name, url):
    """RFC 8414 and RFC 9728: the name goes between host and path."""
    parts = urllib.parse.urlsplit(url)
    path = "/.well-known/" + name + (parts.path if parts.path != "/" else "")
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def open_browser(url):
    """For tests to replace."""
    return webbrowser.open(url)


def authorization_server(server_url, challenge):
    """(metadata of the authorization server, scopes that the resource knows)."""
    named = re.search(r'resource_metadata="([^"]+)"', challenge or "")
    resource = send_json(named.group(1) if named else well_known("oauth-protected-resource", server_url))
    if resource.get("resource") != server_url:
        raise Failed("the server at %s describes itself as another" % server_url)
    issuers = resource.get("authorization_servers")
    if not isinstance(issuers, list) or not issuers or not is_safe_url(issuers[0]):
        raise Failed("%s names no authorization server" % server_url)
    about = send_json(well_known("oauth-authorization-server", issuers[0]))
    if about.get("issuer") != issuers[0]:
        raise Failed("%s describes itself as another issuer" % issuers[0])
    if "S256" not in (about.get("code_challenge_methods_supported") or []):
        raise Failed("%s knows no PKCE with S256" % issuers[0])
    for key in ("authorization_endpoint", "token_endpoint", "registration_endpoint"):
        if not is_safe_url(about.get(key)):
            raise Failed("%s has no usable %s" % (issuers[0], key))
    return about, resource.get("scopes_supported")


class Callback(http.server.BaseHTTPRequestHandler):
    """Takes the browser's answer, once."""

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        answer = {key: values[0] for key, values in urllib.parse.parse_qs(parts.query).items()}
        # Anything in the browser can call this address: only who knows the state is heard.
        mine = parts.path == "/callback" and secrets.compare_digest(answer.get("state", "").encode(), self.server.state.encode())
        if mine:
            self.server.answer = answer
            text = "You are logged in. You can close this page." if "code" in answer else "The login was not completed."
        else:
            text = "This address waits for another answer."
        page = ("<!doctype html><meta charset=utf-8><title>RevLoops</title><p>%s" % html.escape(text)).encode()
        self.send_response(200 if mine else 400)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments):
        """The address holds the code: it is not logged."""


def log_in(server, challenge, known_clients):
    """A person logs in for one server, in the browser; what is kept of it."""
    about, known_scopes = authorization_server(server.url, challenge)
    listener = http.server.HTTPServer(("127.0.0.1", 0), Callback)
    try:
        listener.state, listener.answer, listener.timeout = secrets.token_urlsafe(32), None, 1
        redirect = "http://127.0.0.1:%d/callback" % listener.server_address[1]
        client_id = known_clients.get(about["issuer"])
        if client_id is None:
            wish = {
                "client_name": "RevLoops bridge for Claude Desktop",
                "redirect_uris": [redirect],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }
            registered = send_json(about["registration_endpoint"], json.dumps(wish).encode(), {"Content-Type": "application/json"})
            client_id = registered.get("client_id")
            if not isinstance(client_id, str):
                raise Failed("%s registered no client" % about["issuer"])
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        scopes = [s for s in server.scopes if not isinstance(known_scopes, list) or s in known_scopes]
        if "offline_access" in (about.get("scopes_supported") or []):
            scopes.append("offline_access")
        question = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect,
            "scope": " ".join(scopes),
            "state": listener.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "resource": server.url,
        }
        address = about["authorization_endpoint"]
        address += ("&" if "?" in address else "?") + urllib.parse.urlencode(question)
        if not open_browser(address):
            log("no browser could be opened for logging in to %s: open %s" % (server.title, address))
        end = time.monotonic() + LOGIN_SECONDS
        while listener.answer is None and time.monotonic() < end:
            listener.handle_request()
        answer = listener.answer
    finally:
        listener.server_close()
    if answer is None:
        raise NeedsLogin("nobody logged in to %s in the browser within %d minutes" % (server.title, LOGIN_SECONDS // 60))
    # Mixed-up servers: the answer must come from the one that was asked (RFC 9207).
    if answer.get("iss", about["issuer"]) != about["issuer"] or (
        about.get("authorization_response_iss_parameter_supported") and "iss" not in answer
    ):
        raise Failed("the login's answer came from another authorization server")
    if "code" not in answer:
        raise NeedsLogin("the login to %s was refused: %s" % (server.title, answer.get("error", "no reason given")[:80]))
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect, "code_verifier": verifier}
    login = {"issuer": about["issuer"], "client_id": client_id, "token_endpoint": about["token_endpoint"]}
    return with_tokens(login, form, server.url)


def with_tokens(login, form, server_url):
    form = dict(form, client_id=login["client_id"], resource=server_url)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    tokens = send_json(login["token_endpoint"], urllib.parse.urlencode(form).encode(), headers)
    if not isinstance(tokens.get("access_token"), str) or str(tokens.get("token_type", "")).lower() != "bearer":
        raise Failed("%s gave no bearer token" % login["token_endpoint"])
    lifetime = tokens.get("expires_in")
    lifetime = lifetime if isinstance(lifetime, (int, float)) else 300
    kept = dict(login, access_token=tokens["access_token"], expires_at=int(time.time() + lifetime))
    if isinstance(tokens.get("refresh_token"), str):
        kept["refresh_token"] = tokens["refresh_token"]
    return kept


# ---- One server ------------------------------------------------------------------------------------------------------------------


class Server:
    """One of ours, over streamable HTTP."""

    def __init__(self, entry, logins):
        meta = entry.get("_meta", {}).get(PUBLISHER_META, {})
        remotes = [r["url"] for r in entry["remotes"] if r["type"] == "streamable-http"]
        self.url, self.title = remotes[0], str(entry.get("title") or entry["name"])
        self.prefix = re.sub(r"[^A-Za-z0-9]", "_", entry["name"].split("/")[-1]) + "_"
        self.scopes = [scope for scope in meta.get("scopes", []) if isinstance(scope, str)]
        self.logins, self.challenge, self.greeted, self.session = logins, "", False, None
        self.lock, self.number = threading.Lock(), 0

    def token(self):
        """A token that holds, refreshed where it is about to end; None where there is none."""
        login = self.logins.read().get(self.url)
        if not login or login.get("expires_at", 0) - 30 > time.time():
            return login and login.get("access_token")
        with self.logins.alone():
            # Another bridge may have been here first.
            login = self.logins.read().get(self.url)
            if not login or login.get("expires_at", 0) - 30 > time.time():
                return login and login.get("access_token")
            if "refresh_token" not in login:
                return None
            try:
                fresh = with_tokens(login, {"grant_type": "refresh_token", "refresh_token": login["refresh_token"]}, self.url)
            except Failed as failure:
                log("the login to %s could not be renewed: %s" % (self.title, failure))
                self.logins.keep(self.url, None)
                return None
            fresh.setdefault("refresh_token", login["refresh_token"])
            self.logins.keep(self.url, fresh)
            return fresh["access_token"]

    def call(self, method, params, pass_on):
        """The result of one request."""
        with self.lock:
            if not self.greeted:
                about = {"protocolVersion": PROTOCOLS[0], "capabilities": {}, "clientInfo": CLIENT_INFO}
                self.exchange("initialize", about, pass_on)
                self.greeted = True
                self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self.exchange(method, params, pass_on)

    def exchange(self, method, params, pass_on):
        self.number += 1
        number = "%s-%d-%d" % (method, self.number, threading.get_ident())
        headers, data = self.post({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        if method == "initialize":
            self.session = headers.get("Mcp-Session-Id")
        for message in messages_of(headers, data):
            if message.get("id") == number:
                if "error" in message:
                    raise RpcError(message["error"])
                return message.get("result") if isinstance(message.get("result"), dict) else {}
            if "method" in message and "id" not in message:
                pass_on(message)
        raise Failed("%s gave no answer" % self.title)

    def post(self, message):
        token = self.token()
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if message["method"] != "initialize":
            headers["MCP-Protocol-Version"] = PROTOCOLS[0]
        if self.session:
            headers["Mcp-Session-Id"] = self.session
        if token:
            headers["Authorization"] = "Bearer " + token
        status, answered, data = send(self.url, json.dumps(message).encode(), headers)
        if status == 401:
            self.challenge = answered.get("WWW-Authenticate") or ""
            if token:
                self.logins.keep(self.url, None)
            raise NeedsLogin("log in to %s in the browser, then ask again" % self.title)
        if status == 403:
            raise Failed("%s does not allow that with your login" % self.title)
        if status not in (200, 202):
            for message in messages_of(answered, data):
                if "error" in message:
                    raise RpcError(message["error"])
            raise Failed("%s answered %d" % (self.title, status))
        return answered, data


def messages_of(headers, data):
    """JSON-RPC messages of an answer, JSON or a stream of events."""
    text = data.decode("utf-8", "replace")
    kind = (headers.get("Content-Type") or "").split(";")[0].strip().lower()
    parts = [text]
    if kind == "text/event-stream":
        events = re.split(r"\r?\n\r?\n", text)
        lines = [[line[5:].lstrip(" ") for line in re.split(r"\r?\n", event) if line.startswith("data:")] for event in events]
        parts = ["\n".join(data) for data in lines if data]
    messages = []
    for part in parts:
        try:
            message = json.loads(part)
        except ValueError:
            continue
        messages += message if isinstance(message, list) else [message]
    return [message for message in messages if isinstance(message, dict)]


# ---- The bridge ------------------------------------------------------------------------------------------------------------------

CLIENT_INFO = {"name": "revloops-bridge", "version": "1.0.0"}
# What is listed: method, key of the list, what names an item, whether the name is prefixed.
LISTS = {
    "tools/list": ("tools", "name", True),
    "prompts/list": ("prompts", "name", True),
    "resources/list": ("resources", "uri", False),
    "resources/templates/list": ("resourceTemplates", "uriTemplate", False),
}
USES = {"tools/call": ("tools/list", "name"), "prompts/get": ("prompts/list", "name"), "resources/read": ("resources/list", "uri")}


class Bridge:
    """One MCP server towards Desktop."""

    def __init__(self, servers, logins, write):
        self.servers, self.logins, self.write = servers, logins, write
        self.lock, self.places, self.logging_in, self.asked = threading.Lock(), {}, set(), set()
        self.login_turn = threading.Lock()

    def answer(self, message):
        """Carries one message out."""
        number, method = message.get("id"), message.get("method")
        if method is None or number is None:
            return
        try:
            params = message.get("params") if isinstance(message.get("params"), dict) else {}
            self.write({"jsonrpc": "2.0", "id": number, "result": self.result(method, params)})
        except RpcError as error:
            self.write({"jsonrpc": "2.0", "id": number, "error": error.error})
        except Failed as failure:
            if method == "tools/call":
                result = {"content": [{"type": "text", "text": str(failure)}], "isError": True}
                self.write({"jsonrpc": "2.0", "id": number, "result": result})
            else:
                self.write({"jsonrpc": "2.0", "id": number, "error": {"code": -32603, "message": str(failure)}})
        except Exception as error:  # One question that fails must not end the others.
            log("a bug in the bridge: %s: %s" % (type(error).__name__, error))
            self.write({"jsonrpc": "2.0", "id": number, "error": {"code": -32603, "message": "the bridge failed"}})

    def result(self, method, params):
        if method == "initialize":
            wanted = params.get("protocolVersion")
            titles = ", ".join(server.title for server in self.servers)
            return {
                "protocolVersion": wanted if wanted in PROTOCOLS else PROTOCOLS[0],
                "capabilities": {kind: {"listChanged": True} for kind in ("tools", "prompts", "resources")},
                "serverInfo": dict(CLIENT_INFO, title="RevLoops"),
                "instructions": "RevLoops' servers behind one bridge: %s." % (titles or "none; run the installer again"),
            }
        if method == "ping":
            return {}
        if method in LISTS:
            return {LISTS[method][0]: self.listed(method)}
        if method in USES:
            return self.used(method, params)
        raise RpcError({"code": -32601, "message": "the bridge has no method %s" % str(method)[:80]})

    def listed(self, method):
        key, name, prefixed = LISTS[method]
        items, places = [], {}
        for server in self.servers:
            try:
                found = self.all_of(server, method, key)
            except NeedsLogin as failure:
                self.start_login(server)
                log(failure)
                continue
            except RpcError as error:
                if error.error.get("code") != -32601:
                    log("%s: %s" % (server.title, error))
                continue
            except Failed as failure:
                log(failure)
                continue
            for item in found:
                if not isinstance(item, dict) or not isinstance(item.get(name), str):
                    continue
                shown = item[name]
                if prefixed and not shown.startswith(server.prefix):
                    shown = server.prefix + shown
                if shown not in places:
                    places[shown] = (server, item[name])
                    items.append(dict(item, **{name: shown}))
        with self.lock:
            self.places[method] = places
        return items

    def all_of(self, server, method, key):
        found, cursor = [], None
        for _page in range(MOST_PAGES):
            result = server.call(method, {} if cursor is None else {"cursor": cursor}, self.write)
            page, cursor = result.get(key), result.get("nextCursor")
            found += page if isinstance(page, list) else []
            if not cursor:
                return found
        return found

    def used(self, method, params):
        listing, name = USES[method]
        place = self.places.get(listing, {}).get(params.get(name))
        if place is None:
            self.listed(listing)
            place = self.places.get(listing, {}).get(params.get(name))
        if place is None and method == "resources/read":
            # It may be of a template, which no list names: each server knows its own.
            return self.read_anywhere(params)
        if place is None:
            raise RpcError({"code": -32602, "message": "there is no %s here" % str(params.get(name))[:80]})
        server, own_name = place
        try:
            return server.call(method, dict(params, **{name: own_name}), self.write)
        except NeedsLogin:
            self.asked.discard(server.url)
            self.start_login(server)
            raise

    def read_anywhere(self, params):
        failure = RpcError({"code": -32002, "message": "there is no such resource"})
        for server in self.servers:
            try:
                return server.call("resources/read", params, self.write)
            except Failed as failed:
                failure = failed
        raise failure

    def start_login(self, server):
        """In the background, one at a time, and by itself only once: nobody wants a browser that keeps coming."""
        with self.lock:
            if server.url in self.logging_in or server.url in self.asked:
                return
            self.logging_in.add(server.url)
            self.asked.add(server.url)
        threading.Thread(target=self.login, args=(server,), daemon=True).start()

    def login(self, server):
        try:
            with self.login_turn:
                clients = {kept.get("issuer"): kept.get("client_id") for kept in self.logins.read().values()}
                self.logins.keep(server.url, log_in(server, server.challenge, clients))
            for kind in ("tools", "prompts", "resources"):
                self.write({"jsonrpc": "2.0", "method": "notifications/%s/list_changed" % kind})
        except Failed as failure:
            log(failure)
        except Exception as error:
            log("a bug in the bridge: %s: %s" % (type(error).__name__, error))
        finally:
            with self.lock:
                self.logging_in.discard(server.url)


def servers_of(state_path, logins):
    """From the registry that the installer verified and remembers."""
    try:
        with open(state_path, encoding="utf-8") as file:
            payload = json.load(file)["registry"]["envelope"]["payload"]
        return [Server(entry, logins) for entry in json.loads(base64.b64decode(payload))["servers"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        log("what the installer remembers cannot be read (%s): run it again" % error)
        return []


def run(folder, lines, out):
    """Until Desktop closes its end."""
    turn = threading.Lock()

    def write(message):
        with turn:
            out.write(json.dumps(message) + "\n")
            out.flush()

    logins = Logins(os.path.join(folder, "mcp_bridge_logins.json"))
    bridge = Bridge(servers_of(os.path.join(folder, "mcp.json"), logins), logins, write)
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
        for line in lines:
            if not line.strip():
                continue
            try:
                message = json.loads(line)
            except ValueError:
                write({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "that was no JSON"}})
                continue
            if isinstance(message, dict):
                pool.submit(bridge.answer, message)


if __name__ == "__main__":
    run(os.path.dirname(os.path.abspath(__file__)), sys.stdin, sys.stdout)
