"""The bridge against a world in this process: an authorization server, two MCP servers, and a browser that logs in at once.

    python3 -m unittest discover -s infra/mcp -p 'test_*.py'
"""

import base64
import hashlib
import http.server
import json
import os
import queue
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bridge as br  # noqa: E402

# A login that outlives its test opens no browser of this machine.
br.open_browser, br.log = lambda _url: True, lambda _text: None


class World(http.server.ThreadingHTTPServer):
    """All at one address."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = "http://127.0.0.1:%d" % self.server_address[1]
        self.codes, self.tokens, self.refreshes, self.registered, self.seen = {}, {}, {}, [], []
        self.lifetime, self.issuer, self.answer_issuer, self.lie_about_resource = 300, self.base, self.base, False
        self.events = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def give(self, resource):
        number = len(self.tokens)
        access, refresh = "access-%d" % number, "refresh-%d" % number
        self.tokens[access], self.refreshes[refresh] = resource, resource
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "refresh_token": refresh}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_arguments):
        pass

    def reply(self, status, body, headers=(), kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in list(headers) + [("Content-Type", kind), ("Content-Length", str(len(data)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        world, parts = self.server, urllib.parse.urlsplit(self.path)
        if parts.path.startswith("/.well-known/oauth-protected-resource/"):
            resource = world.base + parts.path[len("/.well-known/oauth-protected-resource") :]
            resource = "https://elsewhere.example/mcp" if world.lie_about_resource else resource
            return self.reply(200, {"resource": resource, "authorization_servers": [world.base], "scopes_supported": ["crm.read", "workflow.read"]})
        if parts.path == "/.well-known/oauth-authorization-server":
            about = {"issuer": world.issuer, "code_challenge_methods_supported": ["S256"], "scopes_supported": ["offline_access"]}
            about.update({name + "_endpoint": world.base + "/" + name for name in ("authorization", "token", "registration")})
            return self.reply(200, dict(about, authorization_response_iss_parameter_supported=True))
        if parts.path == "/authorization":
            asked = {key: values[0] for key, values in urllib.parse.parse_qs(parts.query).items()}
            code = "code-%d" % len(world.codes)
            world.codes[code] = asked
            back = {"code": code, "state": asked["state"], "iss": world.answer_issuer}
            return self.reply(302, b"", [("Location", asked["redirect_uri"] + "?" + urllib.parse.urlencode(back))])
        return self.reply(404, {})

    def do_POST(self):
        world = self.server
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/registration":
            world.registered.append(json.loads(body))
            return self.reply(201, {"client_id": "client-%d" % len(world.registered)})
        if self.path == "/token":
            form = dict(urllib.parse.parse_qsl(body))
            if form["grant_type"] == "refresh_token":
                resource = world.refreshes.pop(form["refresh_token"], None)
                return self.reply(200, world.give(resource)) if resource else self.reply(400, {"error": "invalid_grant"})
            asked = world.codes.pop(form["code"])
            digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            same = all(asked[key] == form[key] for key in ("client_id", "redirect_uri", "resource"))
            if digest != asked["code_challenge"] or not same:
                return self.reply(400, {"error": "invalid_grant"})
            return self.reply(200, world.give(asked["resource"]))
        if not self.path.startswith("/mcp/"):
            return self.reply(404, {})
        token = (self.headers["Authorization"] or "").replace("Bearer ", "")
        if world.tokens.get(token) != world.base + self.path:
            metadata = 'Bearer resource_metadata="%s/.well-known/oauth-protected-resource%s"' % (world.base, self.path)
            return self.reply(401, {}, [("WWW-Authenticate", metadata)])
        message = json.loads(body)
        world.seen.append((self.path, message["method"], self.headers["MCP-Protocol-Version"], message.get("params")))
        if "id" not in message:
            return self.reply(202, b"")
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        answer.update(self.result(message["method"], message["params"]))
        if world.events:
            note = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}
            text = "".join("event: message\r\ndata: %s\r\n\r\n" % json.dumps(each) for each in (note, answer))
            return self.reply(200, text.encode(), kind="text/event-stream")
        return self.reply(200, answer)

    def result(self, method, params):
        name = self.path.split("/")[-1]
        if method == "initialize":
            return {"result": {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": name, "version": "1"}}}
        if method == "tools/list":
            page = [{"name": "query", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}]
            if "cursor" in params:
                page = [{"name": name + "_more", "inputSchema": {"type": "object"}}]
            return {"result": {"tools": page, **({} if "cursor" in params else {"nextCursor": "2"})}}
        if method == "tools/call":
            if params["name"] == "query":
                return {"result": {"content": [{"type": "text", "text": "%s: %s" % (name, params["arguments"])}]}}
            return {"error": {"code": -32602, "message": "no such tool", "data": {"why": name}}}
        if method == "resources/read" and params["uri"].startswith(name + ":"):
            return {"result": {"contents": [{"uri": params["uri"], "text": name}]}}
        return {"error": {"code": -32601, "message": "no such method"}}


def browser(url):
    """Goes where it is sent, like one in which a person is logged in already."""
    threading.Thread(target=lambda: urllib.request.urlopen(url, timeout=10).read(), daemon=True).start()
    return True


class Desktop(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.world, self.opened = folder.name, World(), []
        self.addCleanup(self.world.server_close)
        self.addCleanup(self.world.shutdown)
        self.addCleanup(setattr, br, "open_browser", br.open_browser)
        self.addCleanup(setattr, br, "log", br.log)
        self.logged = []
        br.log = lambda text: self.logged.append(str(text))
        br.open_browser = lambda url: self.opened.append(url) or browser(url)
        servers = [self.server("crm", "crm.read", "crm.secret"), self.server("workflow", "workflow.read")]
        payload = base64.b64encode(json.dumps({"servers": servers}).encode()).decode()
        with open(os.path.join(self.folder, "mcp.json"), "w") as file:
            json.dump({"registry": {"envelope": {"payload": payload}}}, file)

    def server(self, name, *scopes):
        meta = {br.PUBLISHER_META: {"client_name": "revloops-" + name, "scopes": list(scopes)}}
        remotes = [{"type": "streamable-http", "url": "%s/mcp/%s" % (self.world.base, name)}]
        return {"name": "io.github.revloops/" + name, "title": name, "remotes": remotes, "_meta": meta}

    def start(self):
        """A Desktop that is connected: its questions, and what the bridge writes."""
        lines, self.out = queue.Queue(), queue.Queue()
        out = type("Out", (), {"write": lambda _self, text: self.out.put(json.loads(text)), "flush": lambda _self: None})()
        thread = threading.Thread(target=br.run, args=(self.folder, iter(lines.get, None), out), daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)
        self.addCleanup(lines.put, None)
        self.lines, self.number = lines, 0
        self.notes = []

    def ask(self, method, params=None):
        self.number += 1
        self.lines.put(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params or {}}))
        while True:
            message = self.out.get(timeout=20)
            if message.get("id") == self.number:
                return message
            self.notes.append(message["method"])

    def logged_in(self):
        """Asks for the tools until both servers have let us in."""
        while True:
            names = [tool["name"] for tool in self.ask("tools/list")["result"]["tools"]]
            if len(names) == 4:
                return names
            self.wait_for_change()

    def wait_for_change(self):
        """Until the bridge says that there are other tools, or has said it while we asked for something else."""
        changed = "notifications/tools/list_changed"
        while changed not in self.notes:
            self.notes.append(self.out.get(timeout=20)["method"])
        self.notes.remove(changed)

    def test_one_entry_serves_all_servers_after_one_login_each(self):
        self.start()
        about = self.ask("initialize", {"protocolVersion": "2025-06-18"})["result"]
        self.assertEqual((about["protocolVersion"], about["capabilities"]["tools"]), ("2025-06-18", {"listChanged": True}))
        self.assertEqual(self.logged_in(), ["crm_query", "crm_more", "workflow_query", "workflow_more"])
        self.assertEqual(len(self.opened), 2)
        asked = [dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)) for url in self.opened]
        self.assertEqual({a["resource"]: a["scope"] for a in asked}, {
            self.world.base + "/mcp/crm": "crm.read offline_access",
            self.world.base + "/mcp/workflow": "workflow.read offline_access",
        })
        self.assertEqual({a["code_challenge_method"] for a in asked}, {"S256"})
        self.assertEqual(len(self.world.registered), 1)
        answer = self.ask("tools/call", {"name": "workflow_query", "arguments": {"a": 1}})["result"]
        self.assertEqual(answer["content"][0]["text"], "workflow: {'a': 1}")
        versions = {version for _path, method, version, _params in self.world.seen if method != "initialize"}
        self.assertEqual(versions, {"2025-11-25"})
        if os.name != "nt":
            self.assertEqual(os.stat(os.path.join(self.folder, "mcp_bridge_logins.json")).st_mode & 0o777, 0o600)
        self.assertFalse([text for text in self.logged if "access-" in text or "refresh-" in text])

    def test_a_server_s_own_error_is_passed_on_and_what_nobody_has_is_told(self):
        self.start()
        self.logged_in()
        self.assertEqual(self.ask("tools/call", {"name": "crm_more", "arguments": {}})["error"]["data"], {"why": "crm"})
        self.assertEqual(self.ask("tools/call", {"name": "nothing"})["error"]["code"], -32602)
        self.assertEqual(self.ask("nothing/such")["error"]["code"], -32601)
        self.assertEqual(self.ask("prompts/list")["result"], {"prompts": []})
        self.assertEqual(self.ask("resources/read", {"uri": "workflow:x"})["result"]["contents"][0]["text"], "workflow")
        self.lines.put("not json")
        self.assertEqual(self.out.get(timeout=10)["error"]["code"], -32700)

    def test_streams_of_events_are_read_and_their_notes_passed_on(self):
        self.world.events = True
        self.start()
        self.logged_in()
        self.ask("tools/call", {"name": "crm_query", "arguments": {}})
        self.assertIn("notifications/progress", self.notes)

    def test_a_login_outlives_the_bridge_and_is_renewed_once_by_many_questions(self):
        self.world.lifetime = 1
        self.start()
        self.logged_in()
        self.world.lifetime = 300
        before = len(self.world.tokens)
        for number in range(100, 106):
            question = {"name": "crm_query", "arguments": {}}
            self.lines.put(json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": question}))
        answers = [self.out.get(timeout=20) for _ in range(6)]
        self.assertTrue(all("result" in answer and not answer["result"].get("isError") for answer in answers), answers)
        self.assertEqual(len(self.world.tokens), before + 1)
        self.start()
        self.assertEqual(len(self.logged_in()), 4)
        self.assertEqual(len(self.opened), 2)

    def test_a_login_that_ended_asks_for_another_in_words(self):
        self.start()
        self.logged_in()
        self.world.tokens.clear()
        answer = self.ask("tools/call", {"name": "crm_query", "arguments": {}})["result"]
        self.assertTrue(answer["isError"])
        self.assertIn("log in to crm in the browser", answer["content"][0]["text"])
        while "isError" in answer:
            self.wait_for_change()
            answer = self.ask("tools/call", {"name": "crm_query", "arguments": {}})["result"]
        self.assertEqual(answer["content"][0]["text"], "crm: {}")

    def refused_login(self, says):
        self.start()
        self.assertEqual(self.ask("tools/list")["result"]["tools"], [])
        end = time.monotonic() + 10
        while time.monotonic() < end and not any(says in text for text in self.logged):
            time.sleep(0.01)
        self.assertTrue(any(says in text for text in self.logged), self.logged)
        self.assertEqual(self.world.tokens, {})

    def test_a_server_that_describes_itself_as_another_gets_no_token(self):
        self.world.lie_about_resource = True
        self.refused_login("describes itself as another")
        self.assertEqual(self.opened, [])

    def test_an_authorization_server_that_is_another_issuer_is_refused(self):
        self.world.issuer = "https://elsewhere.example"
        self.refused_login("describes itself as another issuer")
        self.assertEqual(self.opened, [])

    def test_an_answer_of_another_issuer_is_refused(self):
        self.world.answer_issuer = "https://elsewhere.example"
        self.refused_login("came from another authorization server")

    def test_only_who_knows_the_state_is_heard(self):
        def meddler(url):
            asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
            with self.assertRaises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(asked["redirect_uri"] + "?code=theirs&state=guessed", timeout=10)
            raised.exception.close()
            return browser(url)

        br.open_browser = lambda url: threading.Thread(target=meddler, args=(url,), daemon=True).start() or True
        self.start()
        self.assertEqual(len(self.logged_in()), 4)


if __name__ == "__main__":
    unittest.main()
