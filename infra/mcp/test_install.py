"""What the shared cases cannot say of install.py: its cryptography, files that change meanwhile, the bytes of everything else.

    python3 -m unittest discover -s infra/mcp -p 'test_*.py'
"""

import base64
import hashlib
import json
import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import install as it  # noqa: E402

# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
)


class Signatures(unittest.TestCase):
    def test_the_vectors_of_rfc_8032_verify(self):
        for _secret, public, message, signature in VECTORS:
            parts = [bytes.fromhex(part) for part in (public, message, signature)]
            self.assertTrue(it.ed25519_verifies(*parts))

    def test_one_bit_anywhere_is_noticed(self):
        for _secret, *texts in VECTORS[1:]:
            parts = [bytes.fromhex(text) for text in texts]
            for which in range(3):
                for bit in random.Random(7).sample(range(8 * len(parts[which])), min(8, 8 * len(parts[which]))):
                    changed = [bytearray(part) for part in parts]
                    changed[which][bit // 8] ^= 1 << (bit % 8)
                    self.assertFalse(it.ed25519_verifies(*[bytes(part) for part in changed]), (which, bit))

    def test_a_signature_is_not_malleable_and_points_are_canonical(self):
        _secret, public, message, signature = [bytes.fromhex(part) for part in VECTORS[1]]
        s = int.from_bytes(signature[32:], "little") + it.L
        self.assertFalse(it.ed25519_verifies(public, message, signature[:32] + s.to_bytes(32, "little")))
        y = (it.P + 1).to_bytes(32, "little")
        self.assertFalse(it.ed25519_verifies(y, message, signature))
        self.assertFalse(it.ed25519_verifies(public[:-1], message, signature))
        self.assertFalse(it.ed25519_verifies(public, message, signature + b"\0"))


class Addresses(unittest.TestCase):
    def test_only_https_and_this_machine_are_safe(self):
        for good in ("https://example.com/x", "http://localhost:1/x", "http://127.0.0.1:1/x", "http://[::1]:1/x"):
            self.assertTrue(it.is_safe_url(good), good)
        for bad in ("http://example.com", "https://u:p@example.com/", "https://example.com/#x", "file:///x", "javascript:1", "https://e.com/a b", "http://localhost.evil.example/", ""):
            self.assertFalse(it.is_safe_url(bad), bad)


class Edits(unittest.TestCase):
    def test_everything_else_keeps_its_characters(self):
        chance = random.Random(11)
        for _round in range(800):
            text = a_file(chance)
            entry = {"type": "http", "url": "https://x"}
            once = it.edited(text, True, "mcpServers", "ours", entry)
            self.assertEqual(it.edited(once, True, "mcpServers", "ours", entry), once)
            other = it.edited(once, True, "mcpServers", "ours", {"command": "p", "args": ["a", "b"]})
            gone = it.edited(other, True, "mcpServers", "ours", None)
            if "mcpServers" not in text:
                gone = it.without_empty(gone, True, "mcpServers")
            self.assertEqual("".join(gone.split()), "".join(text.split()), (text, once, gone))

    def test_what_json_does_not_allow_is_refused_with_its_line(self):
        for text, says in (
            ('{\n "a": 1,\n}', "line 2, column"),
            ('{\n // a\n}', "line 2, column"),
            ("{'a': 1}", "line 1, column 2"),
            ('{"a": 01}', "line 1"),
            ('{"a": "\x01"}', "line 1"),
            ('{"a": 1} x', "line 1, column 10"),
            ("[" * 300, "nested too deep"),
        ):
            with self.assertRaises(it.EditError) as raised:
                it.edited(text, False, "mcpServers", "ours", {})
            self.assertIn(says, str(raised.exception), text)


def a_file(chance):
    """JSON with comments and blanks as people leave them."""
    gap = lambda: chance.choice(["", " ", "\n", "\n\n  ", "\t", " /* , */ ", " // a, b\n", "\r\n  "])
    numbers = iter(range(10**6))

    def value(depth):
        kind = chance.randrange(9 if depth else 7)
        if kind < 7:
            return ["1", "-0.5e3", '"a, \\"b\\" // c"', "null", "true", '"\u00fc\U0001f600"', "12345678901234567890123"][kind]
        if kind == 7:
            return "[%s]" % ",".join(gap() + value(depth - 1) + gap() for _ in range(chance.randrange(3)))
        return members(depth - 1)

    def members(depth, first=""):
        rows = [first] if first else []
        rows += ['%s"k%d":%s%s%s' % (gap(), next(numbers), gap(), value(depth), gap()) for _ in range(chance.randrange(4))]
        return "{%s%s%s}" % (",".join(rows), chance.choice(["", ","]) if rows else "", gap())

    section = '%s"mcpServers":%s%s%s' % (gap(), gap(), members(1), gap()) if chance.random() < 0.6 else ""
    return members(2, section) + gap()


class Meanwhile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name
        self.file = os.path.join(self.home, ".claude.json")
        with open(self.file, "w") as file:
            file.write("{}\n")
        self.place = it.Place(self.home, "linux", "/usr/bin/python3")
        self.options = type("Options", (), {"dry_run": False, "force": False, "client": ["claude-code"]})
        was = it.before_rename
        self.addCleanup(lambda: setattr(it, "before_rename", was))

    def in_line(self):
        wanted = [("revloops-crm", {"type": "http", "url": "https://x"})]
        return it.in_line("claude-code", self.file, wanted, self.options, self.place, it.load_state(self.place))

    def test_a_change_between_reading_and_writing_is_seen_and_kept(self):
        times = []

        def interrupt(path):
            times.append(path)
            if len(times) == 1:
                with open(path, "w") as file:
                    file.write('{"theirs": 1}\n')

        it.before_rename = interrupt
        report = self.in_line()
        self.assertEqual([entry["action"] for entry in report["entries"]], ["added"])
        with open(self.file) as file:
            after = json.load(file)
        self.assertEqual((after["theirs"], list(after["mcpServers"]), len(times)), (1, ["revloops-crm"], 2))

    def test_a_file_that_keeps_changing_is_left_to_the_other_program(self):
        times = []

        def interrupt(path):
            times.append(path)
            with open(path, "w") as file:
                file.write('{"n": %d}\n' % len(times))

        it.before_rename = interrupt
        report = self.in_line()
        self.assertEqual([entry["action"] for entry in report["entries"]], ["busy"])
        with open(self.file) as file:
            self.assertEqual(file.read(), '{"n": 3}\n')
        self.assertEqual(it.load_state(self.place)["files"], [])

    @unittest.skipIf(os.name == "nt", "links and modes of Unix")
    def test_links_are_followed_and_permissions_stay(self):
        target = os.path.join(self.home, "kept.json")
        os.rename(self.file, target)
        os.chmod(target, 0o640)
        os.symlink(target, self.file)
        self.in_line()
        self.assertTrue(os.path.islink(self.file))
        self.assertEqual(os.stat(target).st_mode & 0o777, 0o640)
        self.assertIn("revloops-crm", it.read_text(target))
        self.assertEqual(it.read_text(target + ".revloops-backup"), "{}\n")


class Keys(unittest.TestCase):
    def test_a_key_is_32_bytes(self):
        self.assertEqual(len(it.key_of(base64.b64encode(b"x" * 32).decode())), 32)
        with self.assertRaises(it.Stop) as raised:
            it.key_of("c2hvcnQ=")
        self.assertEqual(raised.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
