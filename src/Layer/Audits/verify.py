#!/usr/bin/env python3
"""Verifies audit bundles of Layer: offline, with the Python standard library and nothing else.

    verify.py BUNDLE [--key VKEY] [--since FILE [--proof FILE]] [--json]
    verify.py --batch DIR [--key VKEY] [--json]

  BUNDLE        the zip file
  --key VKEY    the public key of the log, got through a channel that you trust: name+id+base64
  --since FILE  a checkpoint of this log that you got earlier, and not from the bundle
  --proof FILE  the proof that leads from it to the checkpoint of the bundle, when one is needed
  --json        one JSON object instead of text
  --batch DIR   every *.zip in DIR, one line for each

Exit codes: 0 valid, complete and anchored; 1 valid with gaps or remarks; 2 integrity failure;
3 signed by another key; 4 malformed; 64 what was typed cannot be used.

It was written from docs/evidence-format.md ("Evidence format, version 1") alone. Numbers with a
section sign are sections of that document; the steps are those of its section 9.1.
"""
import base64
import binascii
import datetime
import functools
import hashlib
import json
import mmap
import os
import re
import struct
import sys
import unicodedata
import zlib
from collections import namedtuple
from itertools import groupby

LARGEST = 2 ** 53 - 1               # §2: the largest number there is
PAGE_LIMIT = 64 * 1024 * 1024       # what one page of raw/ may unpack to
DEPTH_LIMIT = 64                    # how deep canonical JSON may be nested


class Problem(Exception):
    """The first problem ends a verification (§9.1): exit code, PLACE, a sentence."""

    def __init__(self, code, place, sentence):
        Exception.__init__(self, sentence)
        self.code, self.place, self.sentence = code, place, sentence


def refuse(place, sentence):
    raise Problem(2, place, sentence)


def malformed(place, sentence):
    raise Problem(4, place, sentence)


def unusable(sentence):
    raise Problem(64, None, sentence)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ------------------------------------------------------------------ §2 canonical bytes

def _whole_number(text):
    value = int(text) if len(text) <= 17 else LARGEST + 1
    if not -LARGEST <= value <= LARGEST:
        raise ValueError("a number is beyond 2^53-1")
    return value


def _no_number(text):
    raise ValueError("%s is not a whole number" % text[:30])


_decode = json.JSONDecoder(parse_int=_whole_number, parse_float=_no_number, parse_constant=_no_number).decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def canonical(value):
    """The canonical bytes of a value; ValueError when it has none (§2)."""
    check_names(value)
    return _encode(value).encode("utf-8")


def check_names(value):
    """Property names are ASCII, numbers whole and not too large (§2)."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not all(name.isascii() for name in value):
                raise ValueError("a property name is not ASCII")
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, NoNumber) or type(value) is int and abs(value) > LARGEST:
            raise ValueError("a number has no canonical form")


class NoNumber:
    """What stands in a page where a number is that has no canonical form."""


def depth(text):
    deep = deepest = 0
    for token in re.findall(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', text, re.DOTALL):
        if token in "[{":
            deep += 1
            deepest = max(deep, deepest)
        elif token in "]}":
            deep -= 1
    return deepest


def parse_canonical(raw):
    """The value of canonical bytes; ValueError when they are not (§2).

    What is read is written again: bytes that differ were not canonical. That covers white space,
    order, repeated names, escapes, signs and leading zeros at once."""
    text = raw.decode("utf-8")
    if text.count("[") + text.count("{") > DEPTH_LIMIT and depth(text) > DEPTH_LIMIT:
        raise ValueError("it is nested too deep")
    try:
        value = _decode(text)
        if _encode(value) != text:
            raise ValueError("its bytes are not the canonical form of what they say")
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not text.isascii():
        check_names(value)
    return value


def said(error):
    """The sentence of an error, short."""
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON (%s at character %d)" % (error.msg, error.pos)
    return str(error)[:300]


def simple_lower(text):
    """Each code point by its simple mapping, U+0130 unchanged (§8.10)."""
    if text.isascii():
        return text.lower()
    return "".join(c if c == "\u0130" else c.lower() for c in text)


def utf16_order(text):
    return text.encode("utf-16-be", "surrogatepass")


# ------------------------------------------------------------------ rules for values
# A rule is a function (its docstring says what it wants), a dict (an object with exactly these
# properties; those with a question mark may be left out), a list (an array of one rule), a tuple (an
# array by position), a frozenset (one of these texts) or Maybe(rule), which null fulfils too.

Maybe = namedtuple("Maybe", "rule")


def check(rule, value, where):
    """ValueError unless the value fulfils the rule."""
    if isinstance(rule, Maybe):
        if value is not None:
            check(rule.rule, value, where)
    elif isinstance(rule, dict):
        check_object(rule, value, where)
    elif isinstance(rule, list):
        if not isinstance(value, list):
            raise ValueError("%s is not an array" % where)
        for item in value:
            check(rule[0], item, where + "[]")
    elif isinstance(rule, tuple):
        if not isinstance(value, list) or len(value) != len(rule):
            raise ValueError("%s is not an array of %d" % (where, len(rule)))
        for position, each in enumerate(rule):
            check(each, value[position], "%s[%d]" % (where, position))
    elif isinstance(rule, frozenset):
        if not isinstance(value, str) or value not in rule:
            raise ValueError("%s is not one of %s" % (where, ", ".join(sorted(rule))))
    elif not rule(value):
        raise ValueError("%s is not %s" % (where, rule.__doc__))


def check_object(rule, value, where):
    if not isinstance(value, dict):
        raise ValueError("%s is not an object" % where)
    missing = [name for name in rule if name not in value and not name.endswith("?")]
    if missing:
        raise ValueError("%s lacks %s" % (where, missing[0]))
    for name, item in value.items():
        each = rule.get(name) or rule.get(name + "?")
        if each is None or name.endswith("?"):
            raise ValueError("%s has an unknown property %s" % (where, name[:60]))
        check(each, item, where + "." + name)


def one_of(*texts):
    return frozenset(texts)


def text(value):
    """a text"""
    return isinstance(value, str)


def some_text(value):
    """a text that is not empty"""
    return isinstance(value, str) and value != ""


def flag(value):
    """true or false"""
    return value is True or value is False


def whole(value):
    """a whole number"""
    return type(value) is int


def number(value):
    """a number from 0"""
    return type(value) is int and value >= 0


def positive(value):
    """a number from 1"""
    return type(value) is int and value >= 1


def several(value):
    """a number from 2"""
    return type(value) is int and value >= 2


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
_ACTOR = re.compile(r"schedule|user:.+|token:.+|os:.+@.+", re.DOTALL)
_ORIGIN = re.compile(r"[!-*,-~]+")


def uuid(value):
    """a UUID in lower case"""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def hash_(value):
    """64 lower-case hexadecimal digits"""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def salt(value):
    """32 lower-case hexadecimal digits"""
    return isinstance(value, str) and _SALT.fullmatch(value) is not None


@functools.lru_cache(maxsize=8192)
def _real_day(value):
    try:
        datetime.date(int(value[:4]), int(value[5:7]), int(value[8:10]))
    except ValueError:
        return False
    return True


def day(value):
    """a day, yyyy-MM-dd"""
    return isinstance(value, str) and _DAY.fullmatch(value) is not None and _real_day(value)


def time(value):
    """a point in time of 24 characters"""
    return isinstance(value, str) and _TIME.fullmatch(value) is not None and _real_day(value[:10])


def whole_second(value):
    """a point in time at a whole second"""
    return time(value) and value.endswith(".000Z")


def ordinal(value):
    """The number of a day."""
    return datetime.date.fromisoformat(value).toordinal()


def actor(value):
    """schedule, user:ID, token:ID or os:NAME@HOST"""
    return isinstance(value, str) and _ACTOR.fullmatch(value) is not None


def origin(value):
    """an origin: printable ASCII without space and +"""
    return isinstance(value, str) and _ORIGIN.fullmatch(value) is not None


def vkey(value):
    """a vkey"""
    try:
        return isinstance(value, str) and parse_vkey(value) is not None
    except ValueError:
        return False


def ascends(values, what):
    for one, other in zip(values, values[1:]):
        if not one < other:
            raise ValueError("%s is not in ascending order" % what)


# ------------------------------------------------------------------ RFC 6962 §2.1, RFC 9162 §2.1.4.2

EMPTY_ROOT = sha256()


def leaf_hash(raw):
    return sha256(b"\x00", raw)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def merkle_root(hashes):
    """The RFC 6962 root over leaf hashes. Pairing neighbours level by level and carrying an odd last
    one upwards gives the same tree as splitting at the largest power of two."""
    if not hashes:
        return EMPTY_ROOT
    sha, row = hashlib.sha256, hashes
    while len(row) > 1:
        last = row[-1] if len(row) & 1 else None
        pairs = iter(row)
        row = [sha(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs)]
        if last is not None:
            row.append(last)
    return row[0]


def fold(subtrees, size):
    """The root over complete subtrees (level, index, hash) that cover [0, size) from the left."""
    stack = []
    for level, index, value in subtrees:
        while stack and stack[-1][0] == level and index & 1:
            value = node_hash(stack.pop()[1], value)
            level, index = level + 1, index >> 1
        stack.append((level, value))
    if not stack:
        return EMPTY_ROOT
    value = stack.pop()[1]
    while stack:
        value = node_hash(stack.pop()[1], value)
    return value


def is_consistent(old, new, old_root, new_root, proof):
    """RFC 9162 §2.1.4.2: the tree of size `old` is the beginning of that of size `new`."""
    if old == new:
        return old > 0 and old_root == new_root and not proof
    if not 0 < old < new or not proof:
        return False
    proof = list(proof)
    if old & (old - 1) == 0:
        proof.insert(0, old_root)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    left = right = proof[0]
    for value in proof[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            left, right = node_hash(value, left), node_hash(value, right)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            right = node_hash(right, value)
        first, last = first >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root


# ------------------------------------------------------------------ RFC 8032 Ed25519, verifying only

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    """RFC 8032 §5.1.4, in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % P, z * t % P, y * z % P, x * t % P


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_decode(raw):
    """RFC 8032 §5.1.3; None for what is no point or not its canonical encoding."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2 ** 255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def point_encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public, message, signature):
    """RFC 8032 §5.1.7: S < L, and R is the encoding of [S]B - [k]A."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, start = point_decode(public), signature[:32]
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or scalar >= ORDER or point_decode(start) is None:
        return False
    k = int.from_bytes(hashlib.sha512(start + public + message).digest(), "little") % ORDER
    minus = (P - key[0], key[1], key[2], P - key[3])
    return point_encode(point_add(point_multiply(scalar, BASE), point_multiply(k, minus))) == start


# ------------------------------------------------------------------ §6 keys, signed notes, checkpoints

Key = namedtuple("Key", "name id public text")
Checkpoint = namedtuple("Checkpoint", "origin size root")


def strict_base64(value):
    """With padding and no stray bits (§6)."""
    try:
        raw = base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        raise ValueError("it is not base64") from None
    if base64.b64encode(raw).decode() != value:
        raise ValueError("it is not strict base64")
    return raw


def strict_size(value):
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", value) or int(value) > LARGEST:
        raise ValueError("it has no proper size")
    return int(value)


def parse_vkey(value):
    """name+id+base64(0x01 ‖ public key); the id follows from name and key (§6)."""
    match = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", value)
    if not match or not origin(match[1]):
        raise ValueError("it is not a vkey, name+id+base64")
    raw = strict_base64(match[3])
    if len(raw) != 33 or raw[0] != 1:
        raise ValueError("it is not an Ed25519 key")
    if sha256(match[1].encode(), b"\n", raw)[:4].hex() != match[2]:
        raise ValueError("its id is not that of its name and key")
    return Key(match[1], match[2], raw[1:], value)


def parse_note(raw):
    """A C2SP signed note: its text, and (name, key id, signature) of each signature line (§6)."""
    note = raw.decode("utf-8")
    if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", note):
        raise ValueError("it holds control characters")
    head, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise ValueError("it is not a signed note")
    signatures = []
    for line in tail[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        if not match:
            raise ValueError("it has a line that is no signature")
        value = strict_base64(match[2])
        if len(value) < 5:
            raise ValueError("it has a signature that is too short")
        signatures.append((match[1], value[:4].hex(), value[4:]))
    return head + "\n", signatures


def signers(note, keys, place):
    """Those of the keys that signed, in the order of the signature lines. A broken signature that names
    one of them refuses the note (2); when none signed it, somebody else did (3)."""
    body, signatures = note
    found = []
    for name, key_id, signature in signatures:
        for key in keys:
            if (key.name, key.id) == (name, key_id):
                if not ed25519_verify(key.public, body.encode("utf-8"), signature):
                    refuse(place, "the signature of %s+%s is broken" % (name, key_id))
                found.append(key)
    if not found:
        raise Problem(3, place, "it is not signed by %s" % " or ".join(key.name + "+" + key.id for key in keys))
    return found


def parse_checkpoint(body):
    """Three lines: origin, size, base64 of the root (§6)."""
    lines = body.split("\n")
    if len(lines) != 4 or lines[3] or not origin(lines[0]):
        raise ValueError("it is not a checkpoint of three lines")
    size, root = strict_size(lines[1]), strict_base64(lines[2])
    if len(root) != 32:
        raise ValueError("its root is not a SHA-256 value")
    if size == 0 and root != EMPTY_ROOT:
        raise ValueError("its root is not that of no leaves")
    return Checkpoint(lines[0], size, root)


# ------------------------------------------------------------------ step 1: the container (§8.1), bundle.json (§8.2)

Entry = namedtuple("Entry", "name crc size offset")

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")

ALWAYS = """README.txt assertion.md bundle.json changes.csv checkpoint coverage.csv index.csv leaves.jsonl
limits.md mapping.json observations.jsonl populations.jsonl report.html samples.csv subscriptions.csv verify.py
files.sha256 files.sha256.sig""".split()

BUNDLE = {
    "checkpoint": positive, "earlier": [number], "first": number, "format": one_of("layer-bundle/1"),
    "from": day, "keys": [vkey], "names": flag, "origin": origin, "raw": flag, "to": day}


class Container:
    """The zip file. Nothing of it is trusted: every byte that is not content is made again and compared."""

    def __init__(self, data):
        self.data = data
        self.entries = self.read_entries()
        self.check_names()
        self.check_directory()
        self.check_contents()
        self.names = [entry.name for entry in self.entries]
        self.by_name = {entry.name: entry for entry in self.entries}

    def read_entries(self):
        data, at, entries = self.data, 0, []
        if len(data) >= 2 ** 32:
            malformed("bundle", "it is 4 GiB or larger")
        while data[at:at + 4] == b"PK\x03\x04":
            if at + LOCAL.size > len(data):
                malformed("bundle", "it ends within a local header")
            fields = LOCAL.unpack(data[at:at + LOCAL.size])
            crc, size, name_length = fields[6], fields[7], fields[9]
            expected = LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 33, crc, size, size, name_length, 0)
            if data[at:at + LOCAL.size] != expected:
                malformed("bundle", "entry %d has a header that a bundle does not have" % (len(entries) + 1))
            start = at + LOCAL.size + name_length
            if start + size > len(data):
                malformed("bundle", "entry %d is longer than the file" % (len(entries) + 1))
            entries.append(Entry(data[at + LOCAL.size:start].decode("latin-1"), crc, size, start))
            if len(entries) > 65534:
                malformed("bundle", "it has more than 65,534 entries")
            at = start + size
        self.end_of_entries = at
        return entries

    def check_names(self):
        names = [entry.name for entry in self.entries]
        for name in names:
            if len(name) > 200 or not re.fullmatch(
                    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*", name):
                malformed("bundle", "an entry has a name that is not allowed")
        if names[-2:] != ["files.sha256", "files.sha256.sig"]:
            malformed("bundle", "files.sha256 and files.sha256.sig are not its last two entries")
        for one, other in zip(names[:-2], names[1:-2]):
            if not one < other:
                malformed("bundle", "its entries are not in ascending order of name")
        if "files.sha256" in names[:-2] or "files.sha256.sig" in names[:-2]:
            malformed("bundle", "an entry stands twice")

    def check_directory(self):
        """The central directory and the end record follow from the entries, to the last byte."""
        parts, local = [], 0
        for entry in self.entries:
            name = entry.name.encode("ascii")
            parts.append(CENTRAL.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 33, entry.crc, entry.size, entry.size,
                                      len(name), 0, 0, 0, 0, 0, local) + name)
            local = entry.offset + entry.size
        length, count = sum(map(len, parts)), len(self.entries)
        parts.append(END.pack(b"PK\x05\x06", 0, 0, count, count, length, self.end_of_entries, 0))
        expected = b"".join(parts)
        if len(self.data) - self.end_of_entries != len(expected) or self.data[self.end_of_entries:] != expected:
            malformed("bundle", "its central directory is not that of its entries")

    def check_contents(self):
        for entry in self.entries:
            crc = 0
            for chunk in self.chunks(entry):
                crc = zlib.crc32(chunk, crc)
            if crc != entry.crc:
                malformed("bundle", "the CRC-32 of %s is wrong" % entry.name)

    def chunks(self, entry, step=1 << 20):
        for at in range(entry.offset, entry.offset + entry.size, step):
            yield self.data[at:min(at + step, entry.offset + entry.size)]

    def read(self, name):
        entry = self.by_name[name]
        return self.data[entry.offset:entry.offset + entry.size]

    def hash(self, name):
        sha = hashlib.sha256()
        for chunk in self.chunks(self.by_name[name]):
            sha.update(chunk)
        return sha.digest()


def step1(v, data):
    v.container = Container(data)
    if "bundle.json" not in v.container.by_name:
        malformed("bundle", "bundle.json is missing")
    try:
        v.bundle = parse_canonical(v.container.read("bundle.json"))
        check_bundle(v.bundle)
    except ValueError as error:
        malformed("bundle.json", said(error))
    check_files(v.container.names, v.bundle)
    v.origin, v.size, v.first = v.bundle["origin"], v.bundle["checkpoint"], v.bundle["first"]
    v.window = v.bundle["from"], v.bundle["to"]
    v.bundle_keys = [parse_vkey(key) for key in v.bundle["keys"]]


def check_bundle(bundle):
    """§8.2, what can be said of bundle.json alone."""
    check(BUNDLE, bundle, "bundle")
    if not bundle["from"] < bundle["to"]:
        raise ValueError("the window is empty")
    if ordinal(bundle["to"]) - ordinal(bundle["from"]) > 3660:
        raise ValueError("the window is longer than 3,660 days")
    if bundle["first"] > bundle["checkpoint"]:
        raise ValueError("first lies beyond the checkpoint")
    ascends(bundle["earlier"], "earlier")
    if bundle["earlier"] and bundle["earlier"][-1] >= bundle["first"]:
        raise ValueError("an earlier leaf lies within the range")
    if not bundle["keys"] or len(set(bundle["keys"])) != len(bundle["keys"]):
        raise ValueError("keys is empty, or has a key twice")
    if any(parse_vkey(key).name != bundle["origin"] for key in bundle["keys"]):
        raise ValueError("a key has another name than the log")


def check_files(names, bundle):
    """§8: the files that are always there, and no other names than those of the table."""
    always = ALWAYS + (["principals.csv"] if bundle["names"] else [])
    for name in always:
        if name not in names:
            malformed("bundle", "%s is missing" % name)
    raw = r"|raw/[0-9a-f]{64}\.json\.gz" if bundle["raw"] else ""
    other = re.compile(r"checkpoint\.tsr|controls/[A-Z]+[0-9]+\.[0-9]+\.md|tiles/(?:[0-9]|[1-4][0-9]|5[0-2])" + raw)
    for name in names:
        if name not in always and not other.fullmatch(name):
            malformed("bundle", "%s does not belong into a bundle" % name)


# ------------------------------------------------------------------ step 2: files.sha256.sig, files.sha256 (§8.1)

def step2(v):
    place = "files.sha256.sig"
    try:
        note = parse_note(v.container.read(place))
    except ValueError as error:
        malformed(place, said(error))
    v.keys = [v.key] if v.key else v.bundle_keys
    signers(note, v.keys, place)
    lines = note[0].split("\n")
    if lines[:2] != ["layer-bundle/1", v.origin]:
        refuse(place, "its text is not that of the files of this log")
    if lines[2:] != [v.container.hash("files.sha256").hex(), ""]:
        refuse("files.sha256", "it is not what was signed")
    check_hashes(v.container)


def check_hashes(container):
    names = container.names[:-2]
    lines = container.read("files.sha256").split(b"\n")
    if lines.pop() != b"" or len(lines) != len(names):
        refuse("files.sha256", "it does not list the files of the bundle")
    for line, name in zip(lines, names):
        if line[64:] != b"  " + name.encode() or not _HASH.fullmatch(line[:64].decode("latin-1")):
            refuse("files.sha256", "it does not list the files of the bundle in their order")
    for line, name in zip(lines, names):
        if container.hash(name).hex().encode() != line[:64]:
            refuse(name, "it is not the file that was signed")


# ------------------------------------------------------------------ step 3: checkpoint, checkpoint.tsr (§6, §9.2)

def step3(v):
    raw = v.container.read("checkpoint")
    try:
        note = parse_note(raw)
        v.checkpoint = parse_checkpoint(note[0])
    except ValueError as error:
        malformed("checkpoint", said(error))
    signers(note, v.keys, "checkpoint")
    if v.checkpoint.origin != v.origin or v.checkpoint.size != v.size:
        refuse("checkpoint", "its origin or size is not that of bundle.json")
    try:
        signed = signers(note, v.bundle_keys, "checkpoint")
    except Problem:
        signed = []
    if signed != v.bundle_keys:
        refuse("bundle.json", "its keys are not those that signed the checkpoint, in their order")
    v.stamp = None
    if "checkpoint.tsr" in v.container.by_name:
        try:
            imprint, v.stamp = read_time_stamp(v.container.read("checkpoint.tsr"))
        except ValueError as error:
            malformed("checkpoint.tsr", said(error))
        if imprint != sha256(raw):
            refuse("checkpoint.tsr", "it is not over this checkpoint")


def der(raw, at, end, tag):
    """One DER element that must have this tag: (start, end) of its content."""
    if at + 2 > end or raw[at] != tag:
        raise ValueError("it is not a time stamp response in DER")
    length, at = raw[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or at + count > end:
            raise ValueError("it is not a time stamp response in DER")
        length = int.from_bytes(raw[at:at + count], "big")
        if length < 0x80 or raw[at] == 0:
            raise ValueError("it is not DER: a length is not the shortest")
        at += count
    if at + length > end:
        raise ValueError("it is cut off")
    return at, at + length


OID_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
OID_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
OID_SHA256 = bytes.fromhex("608648016503040201")


def der_oid(raw, at, end, wanted):
    start, stop = der(raw, at, end, 0x06)
    if raw[start:stop] != wanted:
        raise ValueError("it is not a time stamp response over a SHA-256 value")
    return stop


def read_time_stamp(raw):
    """RFC 3161: TimeStampResp, its ContentInfo, its SignedData, its TSTInfo: imprint and time."""
    at, end = der(raw, 0, len(raw), 0x30)
    if end != len(raw):
        raise ValueError("something follows the response")
    start, at = der(raw, at, end, 0x30)                         # PKIStatusInfo
    status = der(raw, start, at, 0x02)
    if raw[status[0]:status[1]] not in (b"\x00", b"\x01"):
        raise ValueError("the authority did not grant it")
    at, end = der(raw, at, end, 0x30)                           # ContentInfo
    at = der_oid(raw, at, end, OID_SIGNED_DATA)
    at, end = der(raw, at, end, 0xA0)
    at, end = der(raw, at, end, 0x30)                           # SignedData
    at = der(raw, at, end, 0x02)[1]
    at = der(raw, at, end, 0x31)[1]
    at, end = der(raw, at, end, 0x30)                           # EncapsulatedContentInfo
    at = der_oid(raw, at, end, OID_TST_INFO)
    at, end = der(raw, at, end, 0xA0)
    at, end = der(raw, at, end, 0x04)
    at, end = der(raw, at, end, 0x30)                           # TSTInfo
    at = der(raw, at, end, 0x02)[1]
    at = der(raw, at, end, 0x06)[1]
    start, at = der(raw, at, end, 0x30)                         # MessageImprint
    algorithm, after = der(raw, start, at, 0x30)
    der_oid(raw, algorithm, after, OID_SHA256)
    imprint = der(raw, after, at, 0x04)
    at = der(raw, at, end, 0x02)[1]
    moment = der(raw, at, end, 0x18)
    moment = raw[moment[0]:moment[1]].decode("latin-1")
    if not re.fullmatch(r"[0-9]{14}(?:\.[0-9]{1,9})?Z", moment):
        raise ValueError("it has no proper time")
    return raw[imprint[0]:imprint[1]], moment


# ------------------------------------------------------------------ step 4: leaves (§4, §5, §6) and tiles (§8.3)

TEMPLATES = one_of(
    "arm.permissions/1", "arm.resourceGroups/1", "arm.roleAssignments/1", "arm.roleAssignments.assignedTo/1",
    "arm.roleDefinition/1", "arm.roleDefinitions/1", "arm.roleDefinitions.custom/1", "arm.subscription/1",
    "arm.subscriptions/1")
NEEDED = "arm.subscription/1", "arm.resourceGroups/1", "arm.roleAssignments/1"
OBSERVATION_TYPES = one_of(
    "azure.subscription", "azure.resourceGroup", "azure.roleAssignment", "azure.roleDefinition",
    "azure.visibleSubscriptions")
# §5: the populations of each evidence type, the first its own, the others `with`
POPULATIONS = {
    "azure.rbac-role-assignments": ("azure.roleAssignment", "azure.roleDefinition"),
    "azure.resource-group-inventory": ("azure.resourceGroup", "azure.subscription")}
ASSIGNMENTS = "azure.rbac-role-assignments"
STANDING = one_of("genesis", "connection", "mapping", "key", "epoch", "scope")     # §6

LIST = {
    "ended": flag, "pages": [(number, number, Maybe(hash_), number, Maybe(number), Maybe(text))],
    "url": TEMPLATES, "id?": uuid, "duplicates?": positive, "readings?": several}
INTERVAL = {"from": whole_second, "to": whole_second}
PRODUCT = {"build": text, "version": text}
SETTING = {
    "configuration": hash_,
    "hosts": [{"certificate": hash_, "host": text, "issuer": text, "proxy": Maybe(text), "publicTrust": flag}],
    "product": PRODUCT,
    "reader": Maybe({"client": uuid, "object": uuid, "tenant": uuid}),
    "right": Maybe({"by": one_of("permissions", "definitions"), "ownRows": [text],
                    "witness": one_of("own-row", "assigned-to")})}
POPULATION = {"count": number, "root": hash_, "type": OBSERVATION_TYPES}
DAYS = {"from": day, "to": day}


def setting(value):
    """an object or the index of a manifest"""
    return isinstance(value, dict) or number(value)


BODIES = {
    "genesis": {"key": vkey, "limits": text, "mapping": text, "product": PRODUCT, "sample": flag, "workspace": uuid},
    "sync": {
        "actor": actor, "cached": Maybe({"manifest": Maybe(number), "readAt": time, "sha256": hash_}),
        "clockSkew": Maybe(whole), "code": Maybe(some_text), "connection": uuid, "ended": time, "lists": [LIST],
        "node": text, "observed": Maybe(INTERVAL), "previous": Maybe(number), "seq": positive, "setting": setting,
        "standing": number, "started": time, "status": one_of("complete", "failed", "cancelled"),
        "trigger": one_of("first", "scheduled", "manual", "catch-up", "retry"), "unknownDefinitions": [uuid]},
    "evidence": {
        "anomalies": [{"code": text, "subject": text}],
        "changes": [{"added": number, "changed": number, "removed": number, "type": OBSERVATION_TYPES}],
        "connection": uuid, "limits": text, "manifest": number, "mapping": text, "observedAt": INTERVAL,
        "population": POPULATION, "previous": Maybe(number), "seq": positive, "subscription": uuid,
        "type": one_of(*POPULATIONS), "with": [POPULATION]},
    "connection": {
        "actor": text, "change": one_of(
            "created", "changed", "schedule", "credential-rotated", "credential-replaced", "paused", "resumed",
            "disconnected", "subscription-gone"),
        "client": uuid, "cloud": one_of("public", "usgov", "china"), "connection": uuid, "name": text,
        "predecessor": Maybe(uuid), "reason": Maybe(text), "schedule": Maybe(text),
        "signIn": one_of("secret", "certificate", "federated", "managed-identity"), "standing": number,
        "subscription": uuid, "tenant": uuid},
    "exception": {
        "code": one_of("reappeared", "seen-late"), "connection": uuid, "digest": hash_, "key": text,
        "record": number, "seq": positive, "type": OBSERVATION_TYPES},
    "mapping": {"actor": text, "mapping": text, "previous": text, "sha256": hash_, "standing": number},
    "audit": {"action": text, "actor": text, "reason": Maybe(text), "subject": Maybe(text)},
    "key": {"actor": text, "change": one_of("added", "retired"), "key": vkey, "reason": Maybe(text),
            "standing": number},
    "epoch": {"actor": text, "lost": {"root": hash_, "size": number}, "reason": text, "standing": number},
    "timestamp": {"authority": text, "checkpoint": hash_, "size": number, "token": hash_},
    "scope": {
        "actor": text, "by": some_text, "excluded": [{"reason": some_text, "subscription": uuid}],
        "included": [uuid], "standing": number, "window": DAYS},
    "visible": {
        "client": uuid, "cloud": one_of("public", "usgov", "china"), "connection": uuid, "count": number,
        "digest": hash_, "list": LIST, "observed": INTERVAL, "seq": positive, "tenant": uuid},
    "sample": {
        "actor": text, "algorithm": one_of("layer-sample/1"), "count": number, "givenBy": text,
        "method": one_of("random", "every-kth", "privileged"), "n": positive, "picked": [text], "population": text,
        "privileged": Maybe(one_of("privileged/1")), "root": hash_, "seed": text, "window": Maybe(DAYS)},
    "names": {"commitments": [hash_], "tenant": uuid}}

LEAF = {"at": time, "body": lambda value: True, "kind": one_of(*BODIES), "log": text, "salt": salt,
        "v": lambda value: type(value) is int and value == 1}
LEAF["v"].__doc__ = "1"


class Leaf:
    __slots__ = "index", "hash", "at", "kind", "body"

    def __init__(self, index, raw, log):
        value = parse_canonical(raw)
        check(LEAF, value, "the leaf")
        if value["log"] != log:
            raise ValueError("it belongs to another log")
        self.index, self.hash = index, leaf_hash(raw)
        self.at, self.kind, self.body = value["at"], value["kind"], value["body"]
        check(BODIES[self.kind], self.body, "body")
        rules = WITHIN.get(self.kind)
        if rules:
            rules(self.body)

    @property
    def day(self):
        """§7: the day of a reading is that of observed.from, of another attempt else of started; of any other
        leaf that of `at`."""
        if self.kind == "sync":
            observed = self.body["observed"]
            return (observed["from"] if observed else self.body["started"])[:10]
        return self.at[:10]

    @property
    def observed(self):
        """observedAt.from of a record."""
        return self.body["observedAt"]["from"]


def within_list(entry):
    """§4, an entry of lists."""
    if ("id" in entry) != (entry["url"] == "arm.roleDefinition/1"):
        raise ValueError("body.lists[].id is there without need, or missing")
    if entry["ended"] and not entry["pages"]:
        raise ValueError("body.lists[] ended without a page")


def read_to_the_end(entry):
    return entry["ended"] and all(page[0] == 200 and page[2] is not None for page in entry["pages"])


def within_interval(interval):
    if interval["to"] < interval["from"]:
        raise ValueError("an interval ends before it begins")


def within_sync(body):
    """§4, what one manifest must fulfil by itself."""
    for entry in body["lists"]:
        within_list(entry)
    ascends(body["unknownDefinitions"], "body.unknownDefinitions")
    if (body["code"] is not None) != (body["status"] == "failed"):
        raise ValueError("body.code does not fit body.status")
    if (body["previous"] is None) != (body["seq"] == 1):
        raise ValueError("body.previous does not fit body.seq")
    if body["observed"]:
        within_interval(body["observed"])
    if isinstance(body["setting"], dict):
        check(SETTING, body["setting"], "body.setting")
        ascends([host["host"] for host in body["setting"]["hosts"]], "body.setting.hosts")
        if body["setting"]["right"]:
            ascends(body["setting"]["right"]["ownRows"], "body.setting.right.ownRows")
    if body["status"] == "complete":
        within_complete(body)


def within_complete(body):
    """§4: a manifest that is complete …; a parser refuses it otherwise."""
    if body["observed"] is None:
        raise ValueError("it is complete and has no interval observed")
    if isinstance(body["setting"], dict) and not (body["setting"]["reader"] and body["setting"]["right"]):
        raise ValueError("it is complete and lacks the reader or the right to read")
    for template in NEEDED:
        entries = [entry for entry in body["lists"] if entry["url"] == template]
        if len(entries) != 1 or not read_to_the_end(entries[0]):
            raise ValueError("it is complete and %s was not read to its end" % template)


def within_evidence(body):
    """§5, what one record must fulfil by itself."""
    types = POPULATIONS[body["type"]]
    if (body["population"]["type"],) + tuple(p["type"] for p in body["with"]) != types:
        raise ValueError("its populations are not those of its type")
    if [change["type"] for change in body["changes"]] != sorted(types):
        raise ValueError("its changes are not those of its populations")
    limits = body["limits"].split("+")
    known = ["definition-unknown", "permissions-unreadable", "trust-anchor-not-public"]
    if body["type"] != ASSIGNMENTS:
        known = known[1:]
    if limits[0] != "v1" or any(limit not in known for limit in limits[1:]):
        raise ValueError("body.limits names an unknown limit")
    ascends(limits[1:], "body.limits")
    within_interval(body["observedAt"])


def within_scope(body):
    if not body["window"]["from"] < body["window"]["to"]:
        raise ValueError("body.window is empty")
    excluded = [each["subscription"] for each in body["excluded"]]
    ascends(body["included"], "body.included")
    ascends(excluded, "body.excluded")
    if set(excluded) & set(body["included"]) or not excluded + body["included"]:
        raise ValueError("body.included and body.excluded are empty, or have a subscription in common")


def within_visible(body):
    entry = body["list"]
    within_list(entry)
    within_interval(body["observed"])
    if entry["url"] != "arm.subscriptions/1" or not read_to_the_end(entry):
        raise ValueError("body.list was not read to its end")
    if body["count"] != sum(page[3] for page in entry["pages"]) - entry.get("duplicates", 0):
        raise ValueError("body.count is not that of body.list")


def within_sample(body):
    population, window = body["population"], body["window"]
    if population.startswith("day:"):
        check(day, population[4:], "body.population")
    elif population not in ("window-additions", "window-removals", "days"):
        raise ValueError("body.population is unknown")
    elif window is None:
        raise ValueError("body.window is null")
    if window and not window["from"] < window["to"]:
        raise ValueError("body.window is empty")
    if window and population.startswith("day:") and not window["from"] <= population[4:] < window["to"]:
        raise ValueError("body.population is of a day outside of body.window")
    if (body["privileged"] is not None) != (body["method"] == "privileged"):
        raise ValueError("body.privileged does not fit body.method")
    if body["method"] == "privileged" and population == "days":
        raise ValueError("days are not privileged")
    if len(body["picked"]) > min(body["n"], body["count"]):
        raise ValueError("more members are picked than were asked for, or than there are")


def within_names(body):
    ascends(body["commitments"], "body.commitments")
    if not body["commitments"]:
        raise ValueError("body.commitments is empty")


WITHIN = {"sync": within_sync, "evidence": within_evidence, "scope": within_scope, "visible": within_visible,
          "sample": within_sample, "names": within_names}


def step4(v):
    earlier = v.bundle["earlier"]
    raw = v.container.read("leaves.jsonl")
    lines = raw.split(b"\n")
    if lines.pop() != b"" or len(lines) != len(earlier) + v.size - v.first:
        refuse("leaves.jsonl", "it does not hold a line for each disclosed leaf")
    indexes = earlier + list(range(v.first, v.size))
    tiles = read_tiles(v, earlier)
    v.leaves = []
    for index, line in zip(indexes, lines):
        try:
            v.leaves.append(Leaf(index, line, v.origin))
        except ValueError as error:
            refuse("leaf %d" % index, said(error))
    v.at = {leaf.index: leaf for leaf in v.leaves}
    for leaf in v.leaves:
        v.of_kind.setdefault(leaf.kind, []).append(leaf)
        if leaf.kind in ("sync", "evidence"):
            v.of_connection.setdefault((leaf.kind, leaf.body["connection"]), []).append(leaf)
    subtrees = tiles + [(0, leaf.index, leaf.hash) for leaf in v.leaves]
    v.subtrees = sorted(subtrees, key=lambda subtree: subtree[1] << subtree[0])
    if fold(v.subtrees, v.size) != v.checkpoint.root:
        refuse("checkpoint", "the leaves and tiles do not give its root")


def cut(start, end):
    """§8.3: a gap, from the left, as the largest complete subtrees that start at a multiple of their size."""
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


def read_tiles(v, earlier):
    """(level, index, hash) of each subtree that is not disclosed."""
    wanted, start = {}, 0
    for index in earlier + [v.first]:
        for level, position in cut(start, index):
            wanted.setdefault(level, []).append(position)
        start = index + 1
    there = {int(name[6:]) for name in v.container.names if name.startswith("tiles/")}
    for level in sorted(there | set(wanted)):
        if level not in there or level not in wanted:
            refuse("tiles/%d" % level, "it is missing" if level in wanted else "nothing is left for it")
    tiles = []
    for level in sorted(wanted):
        tiles += read_tile(v, level, wanted[level])
    return tiles


def read_tile(v, level, positions):
    place = "tiles/%d" % level
    lines = v.container.read(place).split(b"\n")
    if lines.pop() != b"" or len(lines) != len(positions):
        refuse(place, "it does not hold a line for each subtree")
    for line, position in zip(lines, positions):
        index, _, value = line.decode("latin-1").partition(" ")
        try:
            value = strict_base64(value)
        except ValueError as error:
            refuse(place, said(error))
        if index != str(position) or len(value) != 32:
            refuse(place, "it does not hold the subtrees that are not disclosed")
        yield level, position, value


# ------------------------------------------------------------------ step 5: the rules of the log (§6, §8.2)

class Chains:
    """What the leaves so far say, leaf after leaf in ascending order."""

    def __init__(self, v):
        self.v = v
        self.at = ""
        self.standing = None        # the newest standing leaf
        self.manifests = {}         # connection -> its newest manifest
        self.holders = {}           # connection -> its newest manifest that holds a setting
        self.records = {}           # (connection, evidence type) -> its newest record
        self.awaited = {}           # connection -> evidence types that its newest manifest still lacks
        self.connections = {}       # connection -> its newest connection leaf
        self.mapping = None         # the mapping in force
        self.active = {}            # text of a vkey -> Key: the keys in force
        self.added = set()          # texts of all vkeys that were ever added
        self.keys = []              # (index, the keys in force from this leaf on)

    def add(self, leaf):
        """ValueError when the leaf breaks a rule."""
        if leaf.at < self.at:
            raise ValueError("its time lies before that of the leaf before")
        if (leaf.kind == "genesis") != (leaf.index == 0):
            raise ValueError("the first leaf, and only it, is of kind genesis")
        if "standing" in leaf.body and leaf.body["standing"] != self.standing:
            raise ValueError("it names leaf %d as the newest standing leaf, and what is disclosed says %s"
                             % (leaf.body["standing"], self.standing))
        rule = getattr(self, "add_" + leaf.kind, None)
        if rule:
            rule(leaf, leaf.body)
        if leaf.kind in STANDING:
            self.standing = leaf.index
        self.at = leaf.at

    def add_genesis(self, leaf, body):
        if parse_vkey(body["key"]).name != self.v.origin:
            raise ValueError("its key has another name than the log")
        self.active[body["key"]] = parse_vkey(body["key"])
        self.added.add(body["key"])
        self.keys.append((leaf.index, list(self.active.values())))
        self.mapping = body["mapping"]

    def add_connection(self, leaf, body):
        before = self.connections.get(body["connection"])
        if before and any(before.body[name] != body[name] for name in ("subscription", "tenant")):
            raise ValueError("a connection never changes its subscription or tenant")
        self.connections[body["connection"]] = leaf

    def add_mapping(self, leaf, body):
        if body["previous"] != self.mapping:
            raise ValueError("it does not replace the mapping in force")
        self.mapping = body["mapping"]

    def add_key(self, leaf, body):
        if parse_vkey(body["key"]).name != self.v.origin:
            raise ValueError("its key has another name than the log")
        if body["change"] == "added":
            if body["key"] in self.added:
                raise ValueError("it adds a key for the second time")
            self.added.add(body["key"])
            self.active[body["key"]] = parse_vkey(body["key"])
        else:
            if body["key"] not in self.active or len(self.active) == 1:
                raise ValueError("it retires a key that is not active, or the last one")
            del self.active[body["key"]]
        self.keys.append((leaf.index, list(self.active.values())))

    def add_sync(self, leaf, body):
        connection = body["connection"]
        if connection not in self.connections:
            raise ValueError("no connection leaf before it tells of its connection")
        before = self.manifests.get(connection)
        self.check_previous(leaf, before)
        if leaf.index >= self.v.first:
            self.check_awaited(connection)
        holder = self.holders.get(connection)
        if isinstance(body["setting"], dict):
            holder = self.holders[connection] = leaf
        elif holder is None or holder.index != body["setting"]:
            raise ValueError("its setting is not the newest one of its connection")
        held = holder.body["setting"]
        if body["status"] == "complete" and not (held["reader"] and held["right"]):
            raise ValueError("it is complete and lacks the reader or the right to read")
        if body["cached"] and body["cached"]["manifest"] is not None:
            source = self.v.at.get(body["cached"]["manifest"])
            if body["cached"]["manifest"] >= leaf.index or source and source.kind != "sync":
                raise ValueError("its cached page does not come from an earlier manifest")
        self.manifests[connection] = leaf
        self.awaited[connection] = list(POPULATIONS) if body["status"] == "complete" else []

    def check_previous(self, leaf, before):
        """In the range the chain is unbroken (§9.1). The earlier manifests are some of many, and must fit it."""
        body = leaf.body
        if body["previous"] is not None and body["previous"] >= leaf.index:
            raise ValueError("body.previous is not before it")
        if leaf.index >= self.v.first or before and body["seq"] == before.body["seq"] + 1:
            expected = (before.index, before.body["seq"] + 1) if before else (None, 1)
            if (body["previous"], body["seq"]) != expected:
                raise ValueError("the chain of manifests of its connection is broken")
        elif before and not (body["seq"] > before.body["seq"] and body["previous"] is not None
                             and body["previous"] > before.index):
            raise ValueError("the chain of manifests of its connection is broken")

    def check_awaited(self, connection):
        if self.awaited.get(connection):
            refuse("leaf %d" % self.manifests[connection].index,
                   "it is complete, and no record of %s follows it" % self.awaited[connection][0])

    def add_evidence(self, leaf, body):
        connection, kind = body["connection"], body["type"]
        manifest = self.manifests.get(connection)
        if manifest is None or manifest.index != body["manifest"] or manifest.body["status"] != "complete":
            raise ValueError("it does not rest on the last manifest of its connection, which is complete")
        if manifest.body["seq"] != body["seq"] or manifest.body["observed"] != body["observedAt"]:
            raise ValueError("it has another number or time than its manifest")
        if kind not in self.awaited[connection]:
            raise ValueError("it is the second record of its type and manifest")
        self.awaited[connection].remove(kind)
        if body["subscription"] != self.connections[connection].body["subscription"]:
            raise ValueError("it has another subscription than its connection")
        if body["mapping"] != self.mapping:
            raise ValueError("it names another mapping than the one in force")
        self.check_limits(body, manifest.body, self.holders[connection].body["setting"])
        before = self.records.get((connection, kind))
        if leaf.index >= self.v.first:
            if body["previous"] != (before.index if before else None):
                raise ValueError("the chain of records of its connection and type is broken")
        elif before and (body["previous"] is None or body["previous"] < before.index) \
                or body["previous"] is not None and body["previous"] >= leaf.index:
            raise ValueError("the chain of records of its connection and type is broken")
        self.records[connection, kind] = leaf

    def check_limits(self, record, manifest, held):
        """§9.4: the limits its manifest demands."""
        limits = record["limits"].split("+")
        if any(not host["publicTrust"] for host in held["hosts"]) and "trust-anchor-not-public" not in limits:
            raise ValueError("it hides that a trust anchor is not public")
        if record["type"] == ASSIGNMENTS and manifest["unknownDefinitions"] and "definition-unknown" not in limits:
            raise ValueError("it hides that definitions could not be read")

    def add_exception(self, leaf, body):
        record = self.v.at.get(body["record"])
        if body["record"] >= leaf.index:
            raise ValueError("it is about a record that is not before it")
        if record and (record.kind != "evidence" or record.body["connection"] != body["connection"]):
            raise ValueError("it is about something else than a record of its connection")

    def add_visible(self, leaf, body):
        manifest = self.manifests.get(body["connection"])
        if manifest is None or manifest.body["status"] != "complete" or manifest.body["seq"] != body["seq"]:
            raise ValueError("it was not read in the last sync of its connection, which is complete")

    def end(self):
        for connection in sorted(self.awaited):
            if self.manifests[connection].index >= self.v.first:
                self.check_awaited(connection)


def step5(v):
    check_first(v)
    chains = Chains(v)
    for leaf in v.leaves:
        try:
            chains.add(leaf)
        except ValueError as error:
            refuse("leaf %d" % leaf.index, said(error))
    chains.end()
    v.active = chains.keys
    for key in v.keys + v.bundle_keys:
        if key.text not in chains.active:
            refuse("checkpoint", "the key %s+%s is not active in the log" % (key.name, key.id))
    v.view = View(v, v.window, v.size, v.leaves[-1].at[:10])
    v.series = build_series(v)
    check_earlier(v)


def check_first(v):
    """§8.2: A is the first leaf at or after FROM - 1 hour; leaf 0 and leaf A-1 are disclosed."""
    if v.first and not (0 in v.at and v.first - 1 in v.at):
        refuse("bundle.json", "leaf 0 or the leaf before the range is not among the earlier leaves")
    first = ordinal(v.window[0])
    before = datetime.date.fromordinal(first - 1).isoformat() if first > 1 else "0000-12-31"
    begin = before + "T23:00:00.000Z"
    if v.first < v.size and v.at[v.first].at < begin or v.first and v.at[v.first - 1].at >= begin:
        refuse("bundle.json", "its range does not begin where the window says")


def check_earlier(v):
    """§8.2: nothing is among the earlier leaves but what belongs there."""
    earlier = [leaf for leaf in v.leaves if leaf.index < v.first]
    wanted = {0, v.first - 1} | {leaf.index for leaf in earlier if leaf.kind in STANDING}
    newest = {}
    for leaf in earlier:
        if leaf.kind in ("sync", "evidence"):
            newest[leaf.kind, leaf.body["connection"], leaf.body.get("type")] = leaf
    for leaf in newest.values():
        wanted.add(leaf.index)
        if leaf.kind == "evidence":
            wanted.add(leaf.body["manifest"])
    if v.bundle["raw"]:
        wanted |= last_changed(v)
    for leaf in v.leaves:
        if leaf.kind == "sync" and type(leaf.body["setting"]) is int:
            wanted.add(leaf.body["setting"])
    for leaf in earlier:
        if leaf.index not in wanted and not (leaf.kind == "names" and v.bundle["names"]):
            refuse("bundle.json", "leaf %d is among the earlier leaves and does not belong there" % leaf.index)


def is_changed(record):
    return any(change[name] for change in record.body["changes"] for name in ("added", "changed", "removed"))


def last_changed(v):
    """§8.2, with --raw: the newest record at or before the base that changed something, and its manifest."""
    found = set()
    for series in v.series:
        if not series.has_base:
            continue
        base = series.records[0]
        records = [leaf for leaf in v.of_connection["evidence", series.connection]
                   if leaf.index <= base.index and leaf.body["type"] == series.type]
        changed = [leaf for leaf in records if is_changed(leaf)]
        if not changed:
            if records[0].body["previous"] is not None:
                refuse("bundle.json", "the last record that changed something before leaf %d is not disclosed"
                       % base.index)
            continue
        last = changed[-1]
        if last is not base and any(last.body[name] != base.body[name] for name in ("population", "with")):
            refuse("leaf %d" % base.index, "it differs from the last record that changed something")
        series.changed_before = last
        found |= {last.index, last.body["manifest"]}
    return found


# ------------------------------------------------------------------ §7 windows, scope, coverage

Line = namedtuple("Line", "day state code by leaf")
EXPECTED = one_of("complete", "late", "not-due", "failed", "not-connected", "paused", "disconnected", "missed")
COVERED = one_of("complete", "late")
STATUS = {"created": "active", "resumed": "active", "paused": "paused", "disconnected": "disconnected",
          "subscription-gone": "gone"}


def days_of(window):
    for each in range(ordinal(window[0]), ordinal(window[1])):
        yield datetime.date.fromordinal(each).isoformat()


class View:
    """What the leaves below `limit` say of a window; `end` is the end of the log (§7)."""

    def __init__(self, v, window, limit, end):
        self.v, self.window, self.limit, self.end = v, window, limit, end
        self.connection_leaves = [leaf for leaf in v.of_kind.get("connection", ()) if leaf.index < limit]
        self.statement = None
        for leaf in v.of_kind.get("scope", ()):
            if leaf.index < limit and leaf.body["window"] == dict(zip(("from", "to"), window)):
                self.statement = leaf
        self.subscription = {leaf.body["connection"]: leaf.body["subscription"] for leaf in self.connection_leaves}
        self.stood = self.find_stood()
        if self.statement:
            self.scope = list(self.statement.body["included"])
        else:
            self.scope = sorted({self.subscription[connection] for connection in self.stood})

    def find_stood(self):
        """The connections that stood in the window."""
        stood = {leaf.body["connection"] for leaf in self.connection_leaves if leaf.day < self.window[1]}
        for leaf in self.connection_leaves:
            if leaf.body["change"] in ("disconnected", "subscription-gone") and leaf.day < self.window[0]:
                stood.discard(leaf.body["connection"])
        return stood

    def attempts(self, subscription):
        """Day -> the manifests of that day, of all connections of the subscription, in order."""
        found = {}
        for leaf in self.of_subscription("sync", subscription):
            found.setdefault(leaf.day, []).append(leaf)
        return found

    def of_subscription(self, kind, subscription):
        """Manifests or records of all connections of a subscription, in order."""
        found = [leaf for connection, each in self.subscription.items() if each == subscription
                 for leaf in self.v.of_connection.get((kind, connection), ()) if leaf.index < self.limit]
        return sorted(found, key=lambda leaf: leaf.index)

    def lines(self, subscription):
        """A line for each day of the window."""
        attempts = self.attempts(subscription)
        changes = [leaf for leaf in self.connection_leaves if leaf.body["subscription"] == subscription]
        status, by, schedules, at = "not-connected", None, {}, 0
        for today in days_of(self.window):
            while at < len(changes) and changes[at].day <= today:
                body = changes[at].body
                schedules[body["connection"]] = body["schedule"]
                if body["change"] in STATUS:
                    status, by = STATUS[body["change"]], changes[at]
                at += 1
            yield self.line(today, status, by, schedules, attempts.get(today, []))

    def line(self, today, status, by, schedules, attempts):
        """The first state that applies (the table of §7)."""
        readings = [leaf for leaf in attempts if leaf.body["status"] == "complete"]
        if readings:
            late = all(is_late(leaf, today, schedules.get(leaf.body["connection"])) for leaf in readings)
            return Line(today, "late" if late else "complete", None, None, readings[-1])
        if status == "gone":
            return Line(today, "gone", None, by, None)
        if today >= self.end:
            return Line(today, "not-due", None, None, None)
        if attempts:
            last = attempts[-1]
            code = last.body["code"] if last.body["status"] == "failed" else "CANCELLED"
            return Line(today, "failed", code, None, last)
        if status == "active":
            return Line(today, "missed", None, None, None)
        return Line(today, status, None, by if status != "not-connected" else None, None)

    def name(self, subscription):
        """§7: of the newest connection leaf, else of the newest list at hand, else empty."""
        for leaf in reversed(self.connection_leaves):
            if leaf.body["subscription"] == subscription:
                return leaf.body["name"]
        listed = self.v.newest_listed.get(subscription)
        return (listed["displayName"] or "") if listed else ""


def is_late(leaf, today, schedule):
    """§7: by its trigger, or more than six hours after the scheduled time of that day."""
    if leaf.body["trigger"] == "catch-up":
        return True
    match = re.fullmatch(r"daily@([01][0-9]|2[0-3]):([0-5][0-9])Z", schedule or "")
    if not match or int(match[1]) + 6 >= 24:
        return False
    return leaf.body["observed"]["from"] > "%sT%02d:%s:00.000Z" % (today, int(match[1]) + 6, match[2])


class Coverage:
    """Counts lines and days while they go by, and collects gaps (§7, §9.1)."""

    def __init__(self, view):
        self.view = view
        self.lines = self.covered_lines = self.days = self.complete_days = 0
        self.run = self.longest = None          # (days, first, last)
        self.open = {}                          # subscription -> [state, code, first, last, days]
        self.runs = {subscription: [] for subscription in view.scope}

    def add(self, today, lines):
        expected = [line for line in lines if line.state in EXPECTED]
        covered = [line for line in expected if line.state in COVERED]
        self.lines += len(expected)
        self.covered_lines += len(covered)
        self.days += bool(expected)
        whole_day = bool(expected) and len(covered) == len(expected)
        self.complete_days += whole_day
        if expected and not whole_day and all(line.state != "not-due" for line in lines):
            self.run = (self.run[0] + 1, self.run[1], today) if self.run else (1, today, today)
            if self.longest is None or self.run[0] > self.longest[0]:
                self.longest = self.run
        else:
            self.run = None
        for subscription, line in zip(self.view.scope, lines):
            self.add_line(subscription, line)

    def add_line(self, subscription, line):
        run = self.open.get(subscription)
        if line.state not in EXPECTED or line.state in COVERED:
            self.open.pop(subscription, None)
        elif run and run[:2] == [line.state, line.code]:
            run[3], run[4] = line.day, run[4] + 1
        else:
            self.open[subscription] = [line.state, line.code, line.day, line.day, 1]
            self.runs[subscription].append(self.open[subscription])

    def sentence(self):
        gap = "; no gap."
        if self.longest:
            count, first, last = self.longest
            gap = "; longest gap %s, %s." % (counted(count, "day"), first if count == 1 else "%s to %s" % (first, last))
        return "Covered %d of %d days, %d of %d connection-days%s" % (
            self.complete_days, self.days, self.covered_lines, self.lines, gap)

    def gaps(self):
        words = {"missed": "missed", "not-connected": "not connected", "paused": "paused",
                 "disconnected": "disconnected", "not-due": "not in the log"}
        for subscription in self.view.scope:
            name = self.view.name(subscription) or subscription
            for state, code, first, last, count in self.runs[subscription]:
                when = first if count == 1 else "%d days, %s to %s" % (count, first, last)
                yield "%s has no complete reading on %s: %s." % (
                    name, when, "failed (%s)" % code if state == "failed" else words[state])


def counted(count, noun):
    return "%d %s%s" % (count, noun, "" if count == 1 else "s")


# ------------------------------------------------------------------ step 6: observations, populations (§2, §3, §8.6)

NULL_TEXT = Maybe(text)
FACTS = {
    "azure.subscription": {"displayName": NULL_TEXT, "state": NULL_TEXT, "subscriptionId": NULL_TEXT,
                           "tenantId": NULL_TEXT},
    "azure.resourceGroup": {"location": NULL_TEXT, "managedBy": NULL_TEXT, "name": NULL_TEXT,
                            "provisioningState": NULL_TEXT, "tags": [{"k": text, "v": NULL_TEXT}]},
    "azure.roleAssignment": {
        "condition": NULL_TEXT, "conditionVersion": NULL_TEXT, "createdBy": NULL_TEXT, "createdOn": NULL_TEXT,
        "delegatedManagedIdentityResourceId": NULL_TEXT, "description": NULL_TEXT, "principalId": NULL_TEXT,
        "principalType": NULL_TEXT, "roleDefinitionId": Maybe(uuid), "scope": NULL_TEXT,
        "scopeLevel": one_of("root", "managementGroup", "subscription", "resourceGroup", "resource"),
        "updatedBy": NULL_TEXT, "updatedOn": NULL_TEXT},
    "azure.roleDefinition": {"assignableScopes": Maybe([NULL_TEXT]), "name": NULL_TEXT,
                             "permissions": lambda value: value is None or isinstance(value, list),
                             "roleType": NULL_TEXT},
    "azure.visibleSubscriptions": {
        "client": uuid, "subscriptions": [{"displayName": NULL_TEXT, "state": NULL_TEXT, "subscriptionId": uuid,
                                           "tenantId": NULL_TEXT}], "tenant": uuid}}
FACTS["azure.roleDefinition"]["permissions"].__doc__ = "an array or null"
OBSERVATION = {"facts": lambda value: True, "key": text, "type": OBSERVATION_TYPES}

Observation = namedtuple("Observation", "type key facts")
Change = namedtuple("Change", "change key before after since")
Held = namedtuple("Held", "key digest first until")        # from reading `first` until just before reading `until`


def scope_level(scope):
    """§2."""
    scope = simple_lower(scope or "")
    for level, pattern in (
            ("root", "/"), ("managementGroup", "/providers/microsoft.management/managementgroups/[^/]+"),
            ("subscription", "/subscriptions/[^/]+"), ("resourceGroup", "/subscriptions/[^/]+/resourcegroups/[^/]+")):
        if re.fullmatch(pattern, scope):
            return level
    return "resource"


def check_observation(value):
    """§2: exactly its properties, exactly its facts."""
    check(OBSERVATION, value, "the observation")
    facts = value["facts"]
    check(FACTS[value["type"]], facts, "facts")
    if simple_lower(value["key"]) != value["key"]:
        raise ValueError("its key is not in lower case")
    if value["type"] == "azure.resourceGroup":
        ascends([utf16_order(tag["k"]) for tag in facts["tags"]], "facts.tags")
    elif value["type"] == "azure.roleAssignment":
        if facts["scopeLevel"] != scope_level(facts["scope"]):
            raise ValueError("facts.scopeLevel does not follow from facts.scope")
    elif value["type"] == "azure.visibleSubscriptions":
        ascends([each["subscriptionId"] for each in facts["subscriptions"]], "facts.subscriptions")
        if value["key"] != "/applications/%s/subscriptions" % facts["client"]:
            raise ValueError("its key is not that of its application")
    return Observation(value["type"], value["key"], facts)


class Series:
    """The records of one connection and evidence type that the bundle opens: base and window's records (§8.6)."""

    def __init__(self, connection, subscription, kind, records, has_base):
        self.connection, self.subscription, self.type = connection, subscription, kind
        self.records, self.has_base = records, has_base
        self.changed_before = None
        self.changes = {}       # (position, observation type) -> its Changes, ascending by key
        self.held = {}          # observation type -> every Held there was
        self.by_guid = {}       # the last part of a role definition's key -> its Helds

    def positions(self, window, limit):
        """The records of a window below the limit: from the first to the last that was read in it."""
        inside = [position for position, record in enumerate(self.records)
                  if record.index < limit and window[0] <= record.observed[:10] < window[1]]
        return range(inside[0], inside[-1] + 1) if inside else range(0)

    def population(self, position, kind):
        """(key, digest) of what was held at a reading, ascending by key."""
        return sorted((held.key, held.digest) for held in self.held[kind] if held.first <= position < held.until)

    def definition(self, position, guid):
        """Digest of the role definition of a reading whose key ends in this GUID, or None."""
        found = [held for held in self.by_guid.get(guid, ()) if held.first <= position < held.until]
        return min(found).digest if found else None


def sealed(record, kind):
    """Count and root that a record says of a population."""
    for population in [record.body["population"]] + record.body["with"]:
        if population["type"] == kind:
            return population["count"], population["root"]


def build_series(v):
    """§8.6: the base and the window's records of each connection in scope, for each evidence type."""
    start, end = v.window
    result = []
    for connection in sorted(v.view.subscription):
        subscription = v.view.subscription[connection]
        if subscription not in v.view.scope:
            continue
        for kind in sorted(POPULATIONS):
            records = [leaf for leaf in v.of_connection.get(("evidence", connection), ()) if leaf.body["type"] == kind]
            inside = [at for at, leaf in enumerate(records) if start <= leaf.observed[:10] < end]
            if inside:
                chosen = records[max(0, inside[0] - 1):inside[-1] + 1]
                has_base = inside[0] > 0
            else:
                chosen = [leaf for leaf in records if leaf.observed[:10] < start][-1:]
                has_base = True
            check_series(chosen, has_base)
            if chosen:
                result.append(Series(connection, subscription, kind, chosen, has_base))
    return result


def check_series(records, has_base):
    """All window's records are disclosed, and the base: each but the base names the one before it."""
    for position, leaf in enumerate(records):
        if position or not has_base:
            before = records[position - 1].index if position else None
            if leaf.body["previous"] != before:
                refuse("leaf %d" % leaf.index, "the record before it, of this window, is not disclosed")


def step6(v):
    v.observations = read_observations(v)
    v.used_digests = set()
    check_visible(v)
    lines = read_populations(v)
    v.populations = 0
    for series in v.series:
        for kind in sorted(POPULATIONS[series.type]):
            replay(v, series, kind, lines)
    check_own_rows(v)
    for digest in v.observations:
        if digest not in v.used_digests:
            refuse("observations.jsonl", "nothing names the observation %s" % digest)


def read_observations(v):
    place, found, before = "observations.jsonl", {}, ""
    lines = v.container.read(place).split(b"\n")
    if lines.pop() != b"":
        refuse(place, "its last line is not ended")
    for position, line in enumerate(lines, 1):
        try:
            observation = check_observation(parse_canonical(line))
        except ValueError as error:
            refuse(place, "line %d: %s" % (position, said(error)))
        digest = leaf_hash(line).hex()
        if digest <= before:
            refuse(place, "line %d is not in ascending order" % position)
        found[digest], before = observation, digest
    return found


def check_visible(v):
    """§8.6: the observations that the `visible` leaves of the window name. The newest list of a subscription too."""
    v.visible, v.newest_listed = [], {}
    for leaf in v.of_kind.get("visible", ()):
        if not v.window[0] <= leaf.body["observed"]["from"][:10] < v.window[1]:
            continue
        observation = v.observations.get(leaf.body["digest"])
        if observation is None or observation.type != "azure.visibleSubscriptions":
            refuse("leaf %d" % leaf.index, "the list that it names is not in observations.jsonl")
        facts = observation.facts
        if any(facts[name] != leaf.body[name] for name in ("client", "tenant")) \
                or len(facts["subscriptions"]) != leaf.body["count"]:
            refuse("leaf %d" % leaf.index, "it is not about the list that it names")
        v.used_digests.add(leaf.body["digest"])
        v.visible.append((leaf, facts))
        for each in facts["subscriptions"]:
            v.newest_listed[each["subscriptionId"]] = each


LINE = {"add": [hash_], "base": Maybe(hash_), "connection": uuid, "count": number, "remove": [hash_], "root": hash_,
        "seq": positive, "type": OBSERVATION_TYPES}


def read_populations(v):
    """(connection, type, seq) -> line; exactly those that the records ask for, in their order."""
    place, found, order = "populations.jsonl", {}, []
    lines = v.container.read(place).split(b"\n")
    if lines.pop() != b"":
        refuse(place, "its last line is not ended")
    for position, line in enumerate(lines, 1):
        try:
            value = parse_canonical(line)
            check(LINE, value, "the line")
            ascends(value["add"], "add")
            ascends(value["remove"], "remove")
        except ValueError as error:
            refuse(place, "line %d: %s" % (position, said(error)))
        order.append((value["connection"], value["type"], value["seq"]))
        found[order[-1]] = value
    if order != sorted(wanted_lines(v)):
        refuse(place, "its lines are not those that the records ask for, in their order")
    return found


def wanted_lines(v):
    for series in v.series:
        for kind in POPULATIONS[series.type]:
            before = None
            for record in series.records:
                root = sealed(record, kind)[1]
                if root != before:
                    yield series.connection, kind, record.body["seq"]
                before = root


def replay(v, series, kind, lines):
    """§8.6: the digests, ordered by the keys of their observations, give root and count of each record."""
    held, keys, root = {}, [], None            # held: key -> (digest, position of the first reading with it)
    past = series.held[kind] = []
    for position, record in enumerate(series.records):
        count, wanted = sealed(record, kind)
        changes = []
        if wanted != root:
            line = lines[series.connection, kind, record.body["seq"]]
            if line["base"] != root or line["root"] != wanted or line["count"] != count:
                refuse("populations.jsonl", "the line of leaf %d does not fit it" % record.index)
            changes = difference(v, kind, line, held, record)
            keys = apply_changes(changes, held, keys, past, position)
            if merkle_root([held[key][2] for key in keys]).hex() != wanted:
                refuse("populations.jsonl", "the observations do not give the root of leaf %d" % record.index)
            root = wanted
        if count != len(keys):
            refuse("leaf %d" % record.index, "its count is not that of its population")
        check_changes(record, kind, changes, position)
        series.changes[position, kind] = changes
        v.populations += 1
    past.extend(Held(key, held[key][0], held[key][1], len(series.records)) for key in keys)
    if kind == "azure.roleDefinition":
        for each in past:
            series.by_guid.setdefault(each.key.rpartition("/")[2], []).append(each)


def difference(v, kind, line, held, record):
    """The Changes of a line, ascending by key."""
    before, after = {}, {}
    for digest in line["remove"]:
        observation = v.observations.get(digest)
        if observation is None or observation.type != kind or held.get(observation.key, ("",))[0] != digest:
            refuse("populations.jsonl", "the line of leaf %d removes what is not there" % record.index)
        before[observation.key] = digest
    for digest in line["add"]:
        observation = v.observations.get(digest)
        if observation is None or observation.type != kind:
            refuse("populations.jsonl", "the line of leaf %d adds what is not in observations.jsonl" % record.index)
        key = observation.key
        if key in after or before.get(key) == digest or key in held and key not in before:
            refuse("populations.jsonl", "the line of leaf %d adds a key that is there" % record.index)
        after[key] = digest
        v.used_digests.add(digest)
    changes = []
    for key in sorted(set(before) | set(after)):
        what = "changed" if key in before and key in after else "removed" if key in before else "added"
        changes.append(Change(what, key, before.get(key), after.get(key), held[key][1] if key in before else None))
    return changes


def apply_changes(changes, held, keys, past, position):
    """Brings `held` up to date and returns the keys, ascending (as UTF-8 bytes, which is as code points)."""
    removed = False
    added = []
    for change in changes:
        if change.before is not None:
            past.append(Held(change.key, change.before, change.since, position))
        if change.after is None:
            removed = True
            del held[change.key]
        else:
            held[change.key] = change.after, position, bytes.fromhex(change.after)
            if change.before is None:
                added.append(change.key)
    if removed:
        keys = [key for key in keys if key in held]
    if added:
        keys = keys + added
        keys.sort()
    return keys


def check_changes(record, kind, changes, position):
    """`changes` of the record is what the difference is; in a first record everything is added (§5)."""
    if position == 0 and record.body["previous"] is not None:
        return                      # the base: the record before it is not at hand
    wanted = [each for each in record.body["changes"] if each["type"] == kind][0]
    for what in ("added", "changed", "removed"):
        if sum(change.change == what for change in changes) != wanted[what]:
            refuse("leaf %d" % record.index, "its changes of %s are not what changed" % kind)


def check_own_rows(v):
    """§4: the reader's own rows are each in the population."""
    for series in v.series:
        if series.type != ASSIGNMENTS:
            continue
        spans = {}
        for held in series.held["azure.roleAssignment"]:
            spans.setdefault(held.key, []).append(held)
        for position, record in enumerate(series.records):
            for row in setting_of(v, v.at[record.body["manifest"]])["right"]["ownRows"]:
                if not any(held.first <= position < held.until for held in spans.get(row, ())):
                    refuse("leaf %d" % record.body["manifest"], "a row that proves the right to read is not there")


def setting_of(v, manifest):
    value = manifest.body["setting"]
    return value if isinstance(value, dict) else v.at[value].body["setting"]


# ------------------------------------------------------------------ step 7: the CSV files, made again (§8.4 to §8.9)

def csv_field(value):
    """§8.4."""
    if value is None:
        return ""
    field = str(value)
    if field[:1] in ("=", "+", "-", "@", "\t", "\r") and field:
        field = "'" + field
    if any(c in field for c in ',"\r\n'):
        field = '"' + field.replace('"', '""') + '"'
    return field


def csv_row(*values):
    return (",".join(map(csv_field, values)) + "\n").encode("utf-8")


def compare(v, name, header, rows):
    """The file, row after row, is what is made again; stops at the first row that differs."""
    data = v.container.read(name)
    at = compare_row(name, data, 0, header.encode() + b"\n", 0)
    for position, row in enumerate(rows, 1):
        at = compare_row(name, data, at, csv_row(*row), position)
    if at != len(data):
        refuse(name, "it has rows that do not follow from the rest")


def compare_row(name, data, at, row, position):
    if data[at:at + len(row)] != row:
        refuse(name, "row %d is not what follows from the rest" % position)
    return at + len(row)


def step7(v):
    compare(v, "index.csv", "leaf,at,kind,connection,seq,what,hash", index_rows(v))
    v.coverage = Coverage(v.view)
    compare(v, "coverage.csv", "day,subscription,name,state,code,by,reason,observed,connection,leaf", coverage_rows(v))
    v.undecided = 0
    compare(v, "subscriptions.csv", "subscription,name,tenant,state,by,reason,firstVisible,lastVisible,connectedFrom,"
            "connectedTo", subscription_rows(v))
    compare(v, "changes.csv", "observed,previous,subscription,connection,seq,type,change,key,label,privileged,created,"
            "firstSeen,lastSeen,note,before,after", change_rows(v))
    samples = [leaf for leaf in v.of_kind.get("sample", ()) if leaf.index >= v.first and leaf.body["window"]
               and v.window[0] <= leaf.body["window"]["from"] and leaf.body["window"]["to"] <= v.window[1]]
    compare(v, "samples.csv", "leaf,at,population,from,to,method,count,n,seed,givenBy,actor,rank,member",
            sample_rows(samples))
    for leaf in samples:
        draw_again(v, leaf)
    if v.bundle["names"]:
        check_principals(v)


def index_rows(v):
    """§8.4."""
    what = {"evidence": "type", "connection": "change", "key": "change", "exception": "code", "audit": "action",
            "sample": "population", "mapping": "mapping"}
    for leaf in v.leaves:
        body = leaf.body
        words = body.get(what.get(leaf.kind))
        if leaf.kind == "sync":
            words = body["status"] if body["status"] != "failed" else "failed " + body["code"]
        yield leaf.index, leaf.at, leaf.kind, body.get("connection"), body.get("seq"), words, leaf.hash.hex()


def coverage_rows(v):
    """§8.5."""
    names = [v.view.name(subscription) for subscription in v.view.scope]
    columns = [v.view.lines(subscription) for subscription in v.view.scope]
    for today in days_of(v.window):
        lines = [next(column) for column in columns]
        for subscription, name, line in zip(v.view.scope, names, lines):
            by = line.by.body if line.by else {}
            body = line.leaf.body if line.leaf else {}
            observed = body.get("observed") or {}
            yield (today, subscription, name, line.state, line.code, by.get("actor"), by.get("reason"),
                   observed.get("from"), body.get("connection"), line.leaf.index if line.leaf else None)
        v.coverage.add(today, lines)


def subscription_rows(v):
    """§8.5."""
    view = v.view
    statement = view.statement.body if view.statement else None
    reasons = {each["subscription"]: each["reason"] for each in statement["excluded"]} if statement else {}
    included = set(statement["included"]) if statement else set()
    stood = {view.subscription[connection] for connection in view.stood}
    seen = {}
    for leaf, facts in v.visible:
        for each in facts["subscriptions"]:
            seen.setdefault(each["subscriptionId"], []).append(leaf.body["observed"]["from"][:10])
    for subscription in sorted(stood | set(seen) | included | set(reasons)):
        by = statement["by"] if subscription in included or subscription in reasons else None
        if by is not None:
            state = "included" if subscription in included else "excluded"
        else:
            state = "connected" if not statement and subscription in stood else "undecided"
        v.undecided += state == "undecided"
        visible = seen.get(subscription, [None])
        yield (subscription, view.name(subscription), tenant_of(v, subscription), state, by,
               reasons.get(subscription), visible[0], visible[-1]) + connected(view, subscription)


def tenant_of(v, subscription):
    for leaf in reversed(v.view.connection_leaves):
        if leaf.body["subscription"] == subscription:
            return leaf.body["tenant"]
    listed = v.newest_listed.get(subscription)
    return listed["tenantId"] if listed else None


def connected(view, subscription):
    """connectedFrom and connectedTo (§8.5), from the connection leaves of days before TO."""
    leaves = [leaf for leaf in view.connection_leaves
              if leaf.body["subscription"] == subscription and leaf.day < view.window[1]]
    last = [leaf for leaf in leaves if leaf.body["change"] in ("disconnected", "subscription-gone")][-1:]
    if last and any(leaf.index > last[0].index and leaf.body["change"] == "created"
                    and leaf.body["connection"] != last[0].body["connection"] for leaf in leaves):
        last = []
    return leaves[0].day if leaves else None, last[0].day if last else None


# -- changes.csv (§8.7)

Row = namedtuple("Row", "series position record previous type change drawn")


def changed_rows(v, window, subscriptions, connections, limit):
    """A Row for each observation that a record of the window, below the limit, shows as added, changed or removed;
    for a first record one for each assignment made in the window."""
    chosen = [(series, position) for series in v.series
              if series.subscription in subscriptions and series.connection in connections
              for position in series.positions(window, limit)]
    chosen.sort(key=lambda pair: (pair[0].subscription, pair[0].records[pair[1]].index))
    for series, position in chosen:
        record = series.records[position]
        for kind in POPULATIONS[series.type]:
            if record.body["previous"] is None:
                if kind == "azure.roleAssignment":
                    for change in series.changes[position, kind]:
                        created = v.observations[change.after].facts["createdOn"] or ""
                        if _DAY.fullmatch(created[:10]) and window[0] <= created[:10] < window[1]:
                            yield Row(series, position, record, None, kind, change, True)
            elif position:
                for change in series.changes[position, kind]:
                    yield Row(series, position, record, series.records[position - 1], kind, change, False)


def change_rows(v):
    rows = changed_rows(v, v.window, set(v.view.scope), v.view.subscription, v.size)
    for _, group in groupby(rows, key=lambda row: (row.record.index, row.type)):
        group = list(group)
        moved = moved_scopes(v, group)
        for row in group:
            yield change_row(v, row, moved)


def assignment_of(v, change):
    return v.observations[change.after or change.before].facts


def moved_scopes(v, rows):
    """(change, scope) of the management groups of which two or more assignments were removed, or added."""
    seen, moved = set(), set()
    for row in rows:
        if row.type == "azure.roleAssignment" and row.change.change != "changed":
            facts = assignment_of(v, row.change)
            if facts["scopeLevel"] == "managementGroup":
                each = row.change.change, simple_lower(facts["scope"])
                (moved if each in seen else seen).add(each)
    return moved


def change_row(v, row, moved):
    change, record, previous = row.change, row.record, row.previous
    before = v.observations[change.before].facts if change.before else None
    after = v.observations[change.after].facts if change.after else None
    first, last = record.observed, None
    if change.change != "added":
        since = row.series.records[change.since].observed
        first = ("<=" if change.since == 0 and row.series.has_base else "") + since
        last = previous.observed
    label, privileged, created, note = describe(v, row, moved)
    return (record.observed, previous.observed if previous else None, row.series.subscription, row.series.connection,
            record.body["seq"], row.type, change.change, change.key, label, privileged, created, first, last, note,
            None if before is None else canonical(before).decode("utf-8"),
            None if after is None else canonical(after).decode("utf-8"))


def describe(v, row, moved):
    """label, privileged, created and note."""
    facts = assignment_of(v, row.change)
    if row.type in ("azure.resourceGroup", "azure.subscription"):
        return facts["name" if row.type == "azure.resourceGroup" else "displayName"], None, None, None
    if row.type == "azure.roleDefinition":
        return facts["name"], is_privileged(v, row.change.after or row.change.before), None, None
    definition = row.series.definition(reading_of(row), facts["roleDefinitionId"])
    label = v.observations[definition].facts["name"] if definition else None
    note = None
    if row.drawn:
        note = "drawn from createdOn"
    elif facts["scopeLevel"] == "managementGroup" and (row.change.change, simple_lower(facts["scope"])) in moved:
        note = "hierarchy changed"
    elif facts["scopeLevel"] in ("root", "managementGroup") and row.change.change == "removed":
        note = "no longer applies here"
    return label, is_privileged(v, definition), facts["createdOn"], note


def reading_of(row):
    """The reading that shows the assignment: this one, or the one before when it was removed."""
    return row.position - (row.change.change == "removed")


# -- what is privileged (§8.8)

ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
OPERATIONS = [operation.translate(ASCII_LOWER) for operation in (
    "Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/elevateAccess/action", "Microsoft.ContainerRegistry/registries/listCredentials/action",
    "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
    "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
    "Microsoft.EventHub/namespaces/authorizationRules/listkeys/action",
    "Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action",
    "Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Web/sites/publishxml/action")]
BROAD = one_of("*", "*/write", "*/delete", "*/action")
LISTING = re.compile(r"/list[a-z]*(?:keys?|secrets?|credentials?|sas|connectionstrings?)/action\Z")


def is_privileged(v, digest):
    """yes or no of a role definition; unknown when there is none."""
    if digest is None:
        return "unknown"
    if digest not in v.privileged:
        permissions = v.observations[digest].facts["permissions"]
        v.privileged[digest] = "yes" if permissions is None or any(map(is_privileged_entry, permissions)) else "no"
    return v.privileged[digest]


def is_privileged_entry(entry):
    """One entry of `permissions`; what cannot be read is privileged."""
    if not isinstance(entry, dict):
        return True
    lists = [entry.get(name) or [] if entry.get(name) is None else entry[name] for name in ("actions", "notActions")]
    if not all(isinstance(each, list) and all(isinstance(action, str) for action in each) for each in lists):
        return True
    actions, excepted = ([action.translate(ASCII_LOWER) for action in each] for each in lists)
    for action in actions:
        if (action in BROAD or LISTING.search(action)) and not any(matches(each, action) for each in excepted):
            return True
    return any(any(matches(action, operation) for action in actions)
               and not any(matches(each, operation) for each in excepted) for operation in OPERATIONS)


def matches(pattern, subject):
    """`*` stands for any run of characters."""
    first, *others = pattern.split("*")
    if not others:
        return pattern == subject
    last = others.pop()
    if not subject.startswith(first) or not subject.endswith(last) or len(subject) < len(first) + len(last):
        return False
    at, end = len(first), len(subject) - len(last)
    for part in others:
        at = subject.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


# -- draws (§8.8)

def sample_rows(samples):
    for leaf in samples:
        body = leaf.body
        start = (leaf.index, leaf.at, body["population"], body["window"]["from"], body["window"]["to"], body["method"],
                 body["count"], body["n"], body["seed"], body["givenBy"], body["actor"])
        for rank, member in enumerate(body["picked"], 1):
            yield start + (rank, member)
        if not body["picked"]:
            yield start + (None, None)


def draw_again(v, leaf):
    """The population of the draw, computed from the leaves below it, and the draw."""
    body = leaf.body
    view = View(v, (body["window"]["from"], body["window"]["to"]), leaf.index, leaf.at[:10])
    if not set(view.scope) <= set(v.view.scope):
        return                      # it had subscriptions in scope that this bundle does not disclose
    if body["population"] == "days":
        members = [(each, None) for each in expected_days(view)]
    elif body["population"].startswith("day:"):
        members = members_of_day(v, view, body["population"][4:])
    else:
        members = members_of_changes(v, view, body["population"][len("window-"):-1])
    if members is None:
        return
    members.sort()
    hashes = [leaf_hash(member.encode("utf-8")) for member, _ in members]
    if len(members) != body["count"] or merkle_root(hashes).hex() != body["root"]:
        refuse("leaf %d" % leaf.index, "count or root of its population are not what follows from the log")
    if pick(body, members) != body["picked"]:
        refuse("leaf %d" % leaf.index, "the draw, made again, gives other members")


def expected_days(view):
    columns = [view.lines(subscription) for subscription in view.scope]
    for today in days_of(view.window):
        if today >= view.end:
            return
        if any([next(column).state in EXPECTED for column in columns]):
            yield today


def members_of_day(v, view, wanted):
    """SUBSCRIPTION KEY of each assignment of the last reading on or before the day; None when it is not at hand."""
    members = []
    for subscription in view.scope:
        records = [leaf for leaf in view.of_subscription("evidence", subscription) if leaf.body["type"] == ASSIGNMENTS]
        upto = [leaf for leaf in records if leaf.observed[:10] <= wanted]
        if any(series.has_base and series.records[0] in records and series.records[0] not in upto
               and series.records[0].body["previous"] is not None for series in v.series):
            return None             # the day lies before a base, and what was read before that is not disclosed
        if not upto:
            continue
        found = [(series, series.records.index(upto[-1])) for series in v.series if upto[-1] in series.records]
        if not found:
            return None
        series, position = found[0]
        for key, digest in series.population(position, "azure.roleAssignment"):
            definition = series.definition(position, v.observations[digest].facts["roleDefinitionId"])
            members.append(("%s %s" % (subscription, key), is_privileged(v, definition)))
    return members


def members_of_changes(v, view, wanted):
    """OBSERVED SUBSCRIPTION KEY of each row of changes.csv of that window with that change."""
    wanted = {"addition": "added", "removal": "removed"}[wanted]
    members = []
    for row in changed_rows(v, view.window, set(view.scope), view.subscription, view.limit):
        if row.type == "azure.roleAssignment" and row.change.change == wanted:
            guid = assignment_of(v, row.change)["roleDefinitionId"]
            flagged = is_privileged(v, row.series.definition(reading_of(row), guid))
            members.append(("%s %s %s" % (row.record.observed, row.series.subscription, row.change.key), flagged))
    return members


def pick(body, members):
    """layer-sample/1."""
    n, seed = body["n"], body["seed"].encode("utf-8")
    if body["method"] == "every-kth":
        k = max(1, len(members) // n)
        start = int.from_bytes(sha256(b"layer-sample/1\nstart\n", seed)[:8], "big") % k
        return [member for member, _ in members[start::k][:n]]
    if body["method"] == "privileged":
        members = [each for each in members if each[1] in ("yes", "unknown")]
    prefix = hashlib.sha256(b"layer-sample/1\n" + seed + b"\n")

    def order(member):
        sha = prefix.copy()
        sha.update(member.encode("utf-8"))
        return sha.digest()
    return sorted((member for member, _ in members), key=order)[:n]


# -- principals.csv (§8.9)

def read_csv(raw, columns):
    """Rows of a CSV file, strictly: made again they are the same bytes but for the apostrophes (§8.4)."""
    content, rows, row, at = raw.decode("utf-8"), [], [], 0
    field = re.compile(r'"([^"]*(?:""[^"]*)*)"|([^,"\r\n]*)')
    while at < len(content):
        match = field.match(content, at)
        row.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        if match[1] is not None and not any(c in row[-1] for c in ',"\r\n'):
            raise ValueError("a field is in quotation marks without need")
        at = match.end()
        if content[at:at + 1] not in (",", "\n"):
            raise ValueError("row %d cannot be read" % (len(rows) + 1))
        if content[at] == "\n":
            rows.append(row)
            if len(row) != columns:
                raise ValueError("row %d has not %d fields" % (len(rows), columns))
            row = []
        at += 1
    if row or content[-1:] != "\n":
        raise ValueError("its last row is not ended")
    return rows


def originals(field):
    """What a CSV field may have been: null, or a text with or without the apostrophe of §8.4."""
    if field == "":
        return [None]
    if field[0] == "'" and field[1:2] in ("=", "+", "-", "@", "\t", "\r") and len(field) > 1:
        return [field[1:], field]
    return [] if field[0] in "=+-@\t\r" else [field]


def check_principals(v):
    place = "principals.csv"
    header = "id,tenant,type,name,upnOrAppId,userType,enabled,state,firstLookedUp,lastLookedUp,salt,commitment,leaf"
    principals = {simple_lower(each.facts["principalId"] or "") for each in v.observations.values()
                  if each.type == "azure.roleAssignment"}
    used, before = set(), ("", -1)
    try:
        rows = read_csv(v.container.read(place), 13)
        if not rows or rows[0] != header.split(","):
            raise ValueError("its header is not that of principals.csv")
        for position, row in enumerate(rows[1:], 1):
            leaf = check_principal(v, row, position)
            if row[0] not in principals:
                raise ValueError("row %d is about nobody who holds a role here" % position)
            if not before < (row[0], leaf.index):
                raise ValueError("row %d is not in ascending order" % position)
            before = row[0], leaf.index
            used.add(leaf.index)
    except ValueError as error:
        refuse(place, said(error))
    for leaf in v.of_kind.get("names", ()):     # §8.2: earlier `names` leaves only when a row needs them
        if leaf.index < v.first - 1 and leaf.index not in used:
            refuse("bundle.json", "leaf %d is among the earlier leaves and does not belong there" % leaf.index)


def check_principal(v, row, position):
    """The row is the record whose commitment its leaf holds: SHA-256(salt ‖ canonical record)."""
    where = "row %d" % position
    principal, tenant, _, _, _, _, enabled, state, first, last, salted, commitment, index = row
    check(uuid, principal, where + " id")
    check(salt, salted, where + " salt")
    check(one_of("resolved", "not-found", "not-permitted"), state, where + " state")
    check(one_of("true", "false", ""), enabled, where + " enabled")
    for moment in (first, last):
        if moment:
            check(time, moment, where + " time")
    leaf = v.at.get(int(index)) if re.fullmatch("0|[1-9][0-9]{0,15}", index) else None
    if leaf is None or leaf.kind != "names" or commitment not in leaf.body["commitments"]:
        raise ValueError("%s: its leaf does not hold its commitment" % where)
    if leaf.body["tenant"] != tenant:
        raise ValueError("%s: its leaf is of another tenant" % where)
    record = {"enabled": {"true": True, "false": False, "": None}[enabled], "id": principal, "state": state,
              "tenant": tenant}
    for record["type"] in originals(row[2]):
        for record["name"] in originals(row[3]):
            for record["upnOrAppId"] in originals(row[4]):
                for record["userType"] in originals(row[5]):
                    if sha256(bytes.fromhex(salted), canonical(record)).hex() == commitment:
                        return leaf
    raise ValueError("%s is not what was committed to" % where)


# ------------------------------------------------------------------ step 8: raw pages (§8.10)

def step8(v):
    v.derived = v.not_kept = v.missing = 0
    if not v.bundle["raw"]:
        return
    v.pages = {name[4:68] for name in v.container.names if name.startswith("raw/")}
    allowed = set()
    for series in v.series:
        for record in series.records + [leaf for leaf in [series.changed_before] if leaf]:
            allowed |= pages_of(v.at[record.body["manifest"]])
    for page in sorted(v.pages):
        if sha256(read_page(v, page)).hex() != page:
            refuse("raw/%s.json.gz" % page, "it is not the page whose hash is its name")
        if page not in allowed:
            refuse("raw/%s.json.gz" % page, "no manifest of the window names it")
    for series in v.series:
        for position, record in enumerate(series.records):
            for kind in POPULATIONS[series.type]:
                derive_again(v, series, position, record, kind)


def pages_of(manifest):
    pages = {page[2] for entry in manifest.body["lists"] for page in entry["pages"]}
    if manifest.body["cached"]:
        pages.add(manifest.body["cached"]["sha256"])
    return pages


def read_page(v, page):
    """One gzip member and nothing after it; not more than 64 MiB."""
    name = "raw/%s.json.gz" % page
    unpacker, parts, size = zlib.decompressobj(31), [], 0
    try:
        for chunk in v.container.chunks(v.container.by_name[name], 1 << 16):
            while chunk:
                parts.append(unpacker.decompress(chunk, 1 << 20))
                size += len(parts[-1])
                if size > PAGE_LIMIT:
                    malformed(name, "it unpacks to more than 64 MiB")
                if unpacker.unused_data:
                    refuse(name, "something follows its gzip stream")
                chunk = unpacker.unconsumed_tail
                if unpacker.eof and chunk:
                    refuse(name, "something follows its gzip stream")
    except zlib.error:
        refuse(name, "it is not gzip")
    if not unpacker.eof:
        refuse(name, "its gzip stream is cut off")
    return b"".join(parts)


LISTS = {"azure.roleAssignment": ("arm.roleAssignments/1",), "azure.resourceGroup": ("arm.resourceGroups/1",),
         "azure.subscription": ("arm.subscription/1",),
         "azure.roleDefinition": ("arm.roleDefinitions/1", "arm.roleDefinitions.custom/1", "arm.roleDefinition/1")}
SINGLE = "arm.subscription/1", "arm.roleDefinition/1"


def derive_again(v, series, position, record, kind):
    """Counts the population as derived, not kept or missing; refuses it when its pages say something else."""
    manifests = [v.at[record.body["manifest"]]]
    if position == 0 and series.changed_before:         # a base has the populations of its last changed record
        manifests.append(v.at[series.changed_before.body["manifest"]])
    if kind == "azure.roleDefinition":
        there = derive_definitions(v, series, position, record, manifests)
    else:
        there = any(derive_list(v, series, record, kind, manifest) for manifest in manifests)
    if there:
        v.derived += 1
        return
    changes = [each for each in record.body["changes"] if each["type"] == kind][0]
    if any(changes[name] for name in ("added", "changed", "removed")):
        v.missing += 1
    else:
        v.not_kept += 1


def entries_of(manifest, kind):
    return [entry for entry in manifest.body["lists"] if entry["url"] in LISTS[kind]]


def derive_list(v, series, record, kind, manifest):
    """All pages are needed; the observations derived, without repetition, are the population."""
    entries = entries_of(manifest, kind)
    pages = [(page, entry["url"] in SINGLE) for entry in entries for page in entry["pages"]]
    if not all(page[2] in v.pages for page, _ in pages):
        return False
    found = {}
    try:
        for page, single in pages:
            items = page_items(v, page[2], single)
            if page[3] != len(items):
                raise ValueError("a page has another number of items than the manifest says")
            for key, digest in derive_items(v, items, kind, series.subscription):
                if found.setdefault(key, digest) != digest:
                    raise ValueError("two items have the same id")
    except ValueError as error:
        refuse("leaf %d" % record.index, "its %s cannot be derived from its pages: %s" % (kind, said(error)))
    if (len(found), merkle_root([found[key] for key in sorted(found)]).hex()) != sealed(record, kind):
        refuse("leaf %d" % record.index, "its pages give another population of %s" % kind)
    return True


def derive_definitions(v, series, position, record, manifests):
    """Each definition of the population is among those derived from the pages that are there."""
    found = set()
    for manifest in manifests:
        pages = [(page[2], entry["url"] in SINGLE, page[3]) for entry in entries_of(manifest, "azure.roleDefinition")
                 for page in entry["pages"] if page[0] == 200]
        if manifest.body["cached"]:
            pages.append((manifest.body["cached"]["sha256"], False, None))
        for page, single, count in pages:
            if page in v.pages:
                items, digests = v.definitions(page, single, series.subscription)
                if count is not None and items not in (count, None):
                    refuse("leaf %d" % record.index, "a page of role definitions has another number of items than "
                           "the manifest says")
                found |= digests
    return all(digest in found for _, digest in series.population(position, "azure.roleDefinition"))


def definitions_of_page(v, page, single, subscription):
    """Number of items and digests of the role definitions of a page; what cannot be read is passed over."""
    found = set()
    try:
        items = page_items(v, page, single)
    except ValueError:
        return None, found
    for item in items:
        try:
            found.update(digest.hex() for _, digest in derive_items(v, [item], "azure.roleDefinition", subscription))
        except (ValueError, RecursionError):
            pass
    return len(items), found


def _page_number(digits):
    return int(digits) if len(digits) <= 17 else NoNumber()


_decode_page = json.JSONDecoder(parse_int=_page_number, parse_float=lambda digits: NoNumber(),
                                parse_constant=_no_number).decode


def page_items(v, page, single):
    """A list's page is an object whose `value` is the array of items; else the page is the item."""
    try:
        value = _decode_page(read_page(v, page).decode("utf-8"))
    except RecursionError:
        raise ValueError("a page is nested too deep") from None
    items = [value] if single else value.get("value") if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("a page is not a list of items")
    return items


def derive_items(v, items, kind, subscription):
    """(key, digest) of the observation of each item. Equal assignments, of which a year has many, are worked out once."""
    for item in items:
        same = None
        if kind == "azure.roleAssignment" and isinstance(item.get("id"), str):
            same = (item["id"],) + tuple(map(properties_of(item).get, ASSIGNMENT_FACTS))
            try:
                if same in v.memo:
                    yield v.memo[same]
                    continue
            except TypeError:
                same = None         # a fact that is no text; it is refused below
        facts, key = DERIVE[kind](item, subscription)
        value = {"facts": facts, "key": key, "type": kind}
        check_observation(value)
        derived = key, leaf_hash(canonical(value))
        if same:
            v.memo[same] = derived
        yield derived


def id_of(item):
    if not isinstance(item.get("id"), str):
        raise ValueError("an item has no id")
    return item["id"]


def properties_of(item):
    properties = item.get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict):
        raise ValueError("the properties of an item are not an object")
    return properties


def guid_at_end(value):
    if value is None:
        return None
    guid = simple_lower(value).rpartition("/")[2] if isinstance(value, str) else None
    if not uuid(guid):
        raise ValueError("an id does not end in a GUID")
    return guid


def derive_subscription(item, subscription):
    return {name: item.get(name) for name in FACTS["azure.subscription"]}, simple_lower(id_of(item))


def derive_group(item, subscription):
    tags = item.get("tags")
    if tags is None:
        tags = {}
    if not isinstance(tags, dict):
        raise ValueError("the tags of a group are not an object")
    facts = {name: item.get(name) for name in ("location", "managedBy", "name")}
    facts["provisioningState"] = properties_of(item).get("provisioningState")
    facts["tags"] = [{"k": name, "v": tags[name]} for name in sorted(tags, key=utf16_order)]
    return facts, simple_lower(id_of(item))


ASSIGNMENT_FACTS = [name for name in FACTS["azure.roleAssignment"] if name != "scopeLevel"]


def derive_assignment(item, subscription):
    properties = properties_of(item)
    facts = {name: properties.get(name) for name in ASSIGNMENT_FACTS}
    facts["roleDefinitionId"] = guid_at_end(facts["roleDefinitionId"])
    if facts["scope"] is not None and not isinstance(facts["scope"], str):
        raise ValueError("the scope of an assignment is not a text")
    facts["scopeLevel"] = scope_level(facts["scope"])
    return facts, simple_lower(id_of(item))


def derive_definition(item, subscription):
    properties = properties_of(item)
    facts = {"assignableScopes": properties.get("assignableScopes"), "name": properties.get("roleName"),
             "permissions": properties.get("permissions"), "roleType": properties.get("type")}
    return facts, "/subscriptions/%s/providers/microsoft.authorization/roledefinitions/%s" % (
        subscription, guid_at_end(id_of(item)))


DERIVE = {"azure.subscription": derive_subscription, "azure.resourceGroup": derive_group,
          "azure.roleAssignment": derive_assignment, "azure.roleDefinition": derive_definition}


# ------------------------------------------------------------------ step 9: --since, --proof (§9.1, §9.3)

def step9(v):
    if v.since is None:
        return
    try:
        note = parse_note(v.since)
        v.old = parse_checkpoint(note[0])
        if v.old.origin != v.origin:
            raise ValueError("it is of another log")
    except ValueError as error:
        malformed("checkpoint", "what --since gives is not a checkpoint of this log: %s" % said(error))
    signers(note, keys_at(v, v.old.size), "checkpoint")
    if v.first <= v.old.size <= v.size:
        below = [subtree for subtree in v.subtrees if (subtree[1] + 1) << subtree[0] <= v.old.size]
        if fold(below, v.old.size) != v.old.root:
            refuse("checkpoint", "the log does not extend the one that --since gives")
        return
    if v.proof is None:
        sizes = sorted([v.old.size, v.size])
        unusable("The checkpoint of --since is of size %d, the bundle discloses the leaves from %d to %d: --proof is "
                 "needed. `layer evidence prove --from %d --to %d` makes one."
                 % (v.old.size, v.first, v.size - 1, sizes[0], sizes[1]))
    check_proof(v)


def keys_at(v, size):
    """The keys of step 2, and those that were active in the log at this size."""
    keys = list(v.keys)
    active = [each for index, each in v.active if index < size][-1:]
    for key in active[0] if active else []:
        if key not in keys:
            keys.append(key)
    return keys


def check_proof(v):
    """§9.3, the request body of C2SP tlog-witness: old SIZE, hashes, an empty line, the larger checkpoint. It leads
    from the smaller of the checkpoints, that of --since and that of the bundle, to the larger."""
    try:
        head, separator, note = v.proof.decode("utf-8").partition("\n\n")
        lines = head.split("\n")
        if not separator or not lines[0].startswith("old "):
            raise ValueError("it is not a consistency proof")
        size, proof = strict_size(lines[0][4:]), [strict_base64(line) for line in lines[1:]]
        if len(proof) > 63 or any(len(value) != 32 for value in proof):
            raise ValueError("it holds something else than hashes")
        last = parse_checkpoint(parse_note(note.encode("utf-8"))[0])
    except ValueError as error:
        malformed("checkpoint", "what --proof gives cannot be read: %s" % said(error))
    smaller, larger = sorted([v.old, v.checkpoint], key=lambda each: each.size)
    if size != smaller.size or last != larger:
        refuse("checkpoint", "the proof does not lead from the smaller checkpoint to the larger one")
    if size == 0 and not proof:
        return                      # every tree extends that of no leaves, whose root parse_checkpoint compared
    if not is_consistent(size, larger.size, smaller.root, larger.root, proof):
        refuse("checkpoint", "the proof does not show that the larger tree extends the smaller one")


# ------------------------------------------------------------------ what is found (§9.1)

def remarks(v):
    epochs = len(v.of_kind.get("epoch", ()))
    untrusted = sum("trust-anchor-not-public" in record.body["limits"].split("+")
                    for series in v.series for record in series.records[series.has_base:])
    if v.leaves[0].body["sample"]:
        yield "SAMPLE: this log is a demonstration and no evidence of a real system."
    if untrusted == 1:
        yield "1 record was read from a server whose trust anchor is not public."
    elif untrusted:
        yield "%d records were read from servers whose trust anchor is not public." % untrusted
    if epochs:
        yield "An operator went on %s after signed leaves were lost." % counted(epochs, "time")
    if not v.view.statement:
        yield "Nobody stated the scope of this window: every connected subscription was taken."
    if v.undecided:
        yield "%s %s undecided: see subscriptions.csv." % (
            counted(v.undecided, "subscription"), "is" if v.undecided == 1 else "are")
    if not v.visible:
        yield "What the app registrations could see was never recorded in this window."
    if v.missing:
        yield "%s could not be derived again: pages are missing." % counted(v.missing, "population")
    if not v.key:
        yield "No key was given: the signatures were checked with the key that is in the bundle."
    if v.since is None:
        yield "Not anchored: no checkpoint from elsewhere was given with --since."
    else:
        anchored, of = anchored_days(v)
        if anchored < of:
            yield "Anchored are %d of %d days." % (anchored, of)


def anchored_days(v):
    """Of the days of the window up to the end of the log, those whose leaves, and all before, the checkpoint covers."""
    end = v.view.end
    of = [each for each in days_of(v.window) if each <= end]
    if v.old.size >= v.size:
        return len(of), len(of)
    if v.old.size < v.first:
        return 0, len(of)           # leaf A-1 lies before the window, and is not covered or just so
    first_beyond = v.at[v.old.size].at[:10]
    return sum(each < first_beyond for each in of), len(of)


class Verification:
    """One bundle. `run` gives the exit code; the rest is what there is to say."""

    def __init__(self, key=None, since=None, proof=None):
        self.key, self.since, self.proof = key, since, proof
        self.leaves, self.series, self.observations, self.populations = [], [], {}, 0
        self.of_kind, self.of_connection = {}, {}
        self.derived = self.not_kept = self.missing = 0
        self.privileged, self.memo, self.newest_listed = {}, {}, {}
        self.definitions = functools.lru_cache(maxsize=256)(functools.partial(definitions_of_page, self))
        self.coverage = self.stamp = self.problem = self.place = None
        self.gaps, self.remarks = [], []

    def run(self, path):
        try:
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
                try:
                    self.check(data)
                finally:
                    if size:
                        data.close()
                    self.definitions.cache_clear()
        except Problem as problem:
            self.code, self.place, self.problem = problem.code, problem.place, problem.sentence
            self.gaps, self.remarks = [], []
        except OSError as error:
            self.code, self.problem = 64, "%s cannot be read: %s." % (path, error.strerror or error)
        else:
            self.code = 1 if self.gaps or self.remarks else 0
        return self.code

    def check(self, data):
        try:
            step1(self, data)
            for step in (step2, step3, step4, step5, step6, step7, step8, step9):
                step(self)
        except (Problem, OSError):
            raise
        except Exception as error:          # not foreseen: then it is never called valid
            if os.environ.get("LAYER_VERIFY_RAISE"):
                raise
            refuse("bundle", "it cannot be checked (%s)" % type(error).__name__)
        self.gaps, self.remarks = list(self.coverage.gaps()), list(remarks(self))

    def last_line(self):
        if self.code == 64:
            return None             # §9.1: there is no last line
        if self.problem:
            return "INVALID: %s: %s" % (self.place, self.problem)
        found = [counted(len(each), noun) for each, noun in ((self.gaps, "gap"), (self.remarks, "remark")) if each]
        return ("valid with " + " and ".join(found) if found else "valid").upper()

    def numbers(self):
        return {"leaves": len(self.leaves), "records": sum(leaf.kind == "evidence" for leaf in self.leaves),
                "observations": len(self.observations), "populations": self.populations,
                "derived": self.derived, "notKept": self.not_kept, "missing": self.missing}

    def as_json(self, **more):
        value = {"verdict": self.last_line(), "exitCode": self.code, "place": self.place, "problem": self.problem,
                 "gaps": self.gaps, "remarks": self.remarks,
                 "coverage": self.coverage.sentence() if self.coverage and not self.problem else None}
        value.update(self.numbers())
        value.update(more)
        return json.dumps(value)

    def as_text(self):
        if self.problem:
            return harmless(self.last_line() or self.problem)
        lines = ["Window %s..%s of %s." % (self.window + (self.origin,)),
                 "Checked %(leaves)d leaves, %(records)d records, %(observations)d observations, "
                 "%(populations)d populations." % self.numbers(), self.coverage.sentence()]
        if self.bundle["raw"]:
            lines.append("Derived again %(derived)d, not kept %(notKept)d, missing %(missing)d." % self.numbers())
        for key in self.keys:
            lines.append("Key %s+%s, fingerprint (SHA-256) %s." % (key.name, key.id, sha256(key.public).hex()))
        if self.stamp:
            lines.append("Time stamp: %s; its authority was not checked." % self.stamp)
        lines += ["Gap: " + gap for gap in self.gaps] + ["Remark: " + remark for remark in self.remarks]
        return "\n".join(map(harmless, lines + [self.last_line()]))


def harmless(line):
    """§9.1: control and format characters, which could forge lines on a terminal, as \\uXXXX."""
    return "".join(escaped(c) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in line)


def escaped(c):
    units = utf16_order(c)
    return "".join("\\u" + units[at:at + 2].hex() for at in range(0, len(units), 2))


# ------------------------------------------------------------------ the command line

def parse_arguments(arguments):
    """Options, and everything that is wrong with what was typed."""
    options, bundles, wrong = {}, [], []
    takes = {"--key": "VKEY", "--since": "FILE", "--proof": "FILE", "--batch": "DIR"}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in takes:
            if not equals:
                value = rest.pop(0) if rest and not rest[0].startswith("--") else ""
            if not value:
                wrong.append("%s needs a value: %s %s." % (name, name, takes[name]))
            elif name in options:
                wrong.append("%s is given twice." % name)
            options[name] = value
        elif word == "--json":
            options["--json"] = True
        elif word.startswith("-"):
            wrong.append("There is no option %s." % word)
        else:
            bundles.append(word)
    return options, bundles, wrong


def check_arguments(options, bundles, wrong):
    batch = options.get("--batch")
    if batch is None and len(bundles) != 1:
        wrong.append("Name one bundle: verify.py BUNDLE." if not bundles else "Name one bundle, not %d." % len(bundles))
    if "--batch" in options:
        if bundles:
            wrong.append("--batch takes a folder, and no bundle beside it.")
        for name in ("--since", "--proof"):
            if name in options:
                wrong.append("%s cannot be used with --batch." % name)
        if batch and not os.path.isdir(batch):
            wrong.append("%s is not a folder." % batch)
    elif "--proof" in options and "--since" not in options:
        wrong.append("--proof needs --since.")
    for bundle in bundles:
        if not os.path.isfile(bundle):
            wrong.append("%s is not a file." % bundle)
    key = None
    if options.get("--key"):
        try:
            key = parse_vkey(options["--key"])
        except ValueError as error:
            wrong.append("The key that --key gives cannot be used: %s." % error)
    files = {}
    for name in ("--since", "--proof"):
        if options.get(name):
            try:
                with open(options[name], "rb") as file:
                    files[name] = file.read(1 << 20)
            except OSError as error:
                wrong.append("%s: %s cannot be read: %s." % (name, options[name], error.strerror or error))
    return key, files


def run_batch(folder, key, as_json):
    worst = 0
    names = sorted(name for name in os.listdir(folder) if name.endswith(".zip"))
    for name in names:
        verification = Verification(key)
        worst = max(worst, verification.run(os.path.join(folder, name)))
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        if as_json:
            print(verification.as_json(file=shown), flush=True)
        else:
            said_last = verification.last_line() or verification.problem
            print(harmless("%d %s %s" % (verification.code, shown, said_last)), flush=True)
    return worst


def main(arguments):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if "--help" in arguments or "-h" in arguments:
        print(__doc__.strip())
        return 0
    options, bundles, wrong = parse_arguments(arguments)
    key, files = check_arguments(options, bundles, wrong)
    if wrong:
        print("\n".join(map(harmless, wrong)), file=sys.stderr)
        return 64
    if "--batch" in options:
        return run_batch(options["--batch"], key, "--json" in options)
    verification = Verification(key, files.get("--since"), files.get("--proof"))
    verification.run(bundles[0])
    if "--json" in options:
        print(verification.as_json())
    else:
        print(verification.as_text(), file=sys.stderr if verification.code == 64 else sys.stdout)
    return verification.code


if __name__ == "__main__":
    try:
        exit_code = main(sys.argv[1:])
        sys.stdout.flush()
    except OSError as failure:      # nobody read the verdict: no exit code may stand for one
        try:
            os.write(2, ("The result could not be written: %s.\n" % failure.strerror).encode("utf-8"))
        finally:
            os._exit(64)
    sys.exit(exit_code)
