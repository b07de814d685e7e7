"""Verifies a proof with openssl and the standard library: python3 verify-proof.py FILE"""
import base64, hashlib, json, struct, subprocess, sys, tempfile

KINDS = ["null", "bool", "int64", "float64", "string", "bytes", "timestamp", "id", "map"]
KINDS += ["counter", "list"]
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

def check(holds, what):
    if not holds:
        sys.exit("✗ " + what)

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def read64(text):
    data = base64.b64decode(text)
    check(base64.b64encode(data).decode() == text, "base64 in its one form")
    return data

def signed(key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        der = bytes.fromhex("302a300506032b6570032100") + key
        for name, content in (("key", der), ("message", message), ("signature", signature)):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message"
        command += " -sigfile signature"
        done = subprocess.run(command.split(), cwd=folder, capture_output=True)
        return len(key) == 32 and done.returncode == 0

def cbor(data, at=0):
    """An item of DAG-CBOR and the place after it; a link is the bytes of its hash."""
    major, length, at = data[at] >> 5, data[at] & 31, at + 1
    if length >= 24:
        size = 1 << (length - 24)
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major == 0:
        return length, at
    if major in (2, 3):
        part = data[at : at + length]
        return part if major == 2 else part.decode(), at + length
    if major == 6:
        link, at = cbor(data, at)
        return link[-32:], at
    items = []
    for _ in range(length * (major - 3) if major in (4, 5) else 0):
        item, at = cbor(data, at)
        items.append(item)
    return {4: items, 5: dict(zip(items[::2], items[1::2]))}.get(major), at

def node_id(space, subject):
    kind = subject["type"].encode()
    if "key" in subject:
        author, mode, rest = bytes(32), 1, subject["key"].encode()
    else:
        author, mode = bytes.fromhex(subject["creator"]), 0
        rest = struct.pack("<Q", int(subject["number"]))
    text, digest = "", sha256(space, author, bytes([mode, len(kind)]), kind, rest)
    for word in struct.unpack(">4I", digest[:16]):
        for _ in range(4):
            text += BASE62[word * 62 >> 32]
            word = word * 62 & 0xFFFFFFFF
    return text

def symbol(dictionary, kind, text):
    at, name = 8, bytes([kind, len(text.encode())]) + text.encode()
    for number in range(struct.unpack_from("<H", dictionary, 4)[0]):
        end = at + 2 + dictionary[at + 1]
        if dictionary[at:end] == name:
            return struct.pack("<H", number)
        at = end
    sys.exit(f"✗ the name {text} in the dictionary")

def value_bytes(value):
    kind, content = value["kind"], value.get("value")
    layout = {"bool": "<B", "int64": "<q", "float64": "<d", "timestamp": "<q"}.get(kind)
    if kind == "list":
        data = b"".join(map(value_bytes, content))
    elif kind in ("string", "bytes"):
        data = content.encode() if kind == "string" else read64(content)
    if kind in ("list", "string", "bytes"):
        data = struct.pack("<I", len(data)) + data
    elif layout:
        data = struct.pack(layout, {"float64": float, "bool": bool}.get(kind, int)(content))
    else:
        data = (content or "").encode()
    return bytes([KINDS.index(kind)]) + data

text = open(sys.argv[1], encoding="utf-8", newline="").read().removesuffix("\n")
proof = json.loads(text)
check(json.dumps(proof, separators=(",", ":"), ensure_ascii=False) == text, "the one form")
check(proof["version"] == 1, "version 1")
space, claim = bytes.fromhex(proof["space"]), proof["claim"]
parts = ("header", "signature", "dictionary", "transaction")
header_bytes, signature, dictionary, leaf = (read64(proof[part]) for part in parts)
header, _ = cbor(header_bytes)

# The author signed the header.
message = b"massive-graph/commit/v1\0" + sha256(header_bytes)
check(signed(header["author"], message, signature), "the author's signature")

# The authority chain is of this space, and lets the author write.
head, owner, following, authors = None, None, None, set()
for record in map(read64, proof["authority"]):
    body_bytes, signature = record[6:-64], record[-64:]
    body, _ = cbor(body_bytes)
    check(body.get("previous") == head, "a chain of records")
    if body["kind"] == "rotation":
        check(sha256(body["owner"]) == following, "the key that was committed to")
    if body["kind"] in ("genesis", "rotation"):
        owner, following = body["owner"], body.get("next")
    message = b"massive-graph/authority/v1\0" + sha256(body_bytes)
    check(signed(owner, message, signature), "the owner's signature")
    if head is None:
        check(body["kind"] == "genesis" and sha256(body_bytes) == space, "the space's genesis")
    if body["kind"] == "author":
        authors.add(body["author"])
    head = sha256(body_bytes)
check(header["space"] == space and header["authority"] == head, "the chain that is cited")
check(header["author"] in authors, "an author whom the chain certifies")

# The transaction is a leaf of the tree whose root is in the header (RFC 9162, 2.1.3.2).
check(sha256(dictionary) == header["dictionary"], "the dictionary of the commit")
at, last, root = proof["index"], header["transactions"] - 1, sha256(b"\0", leaf)
check(at <= last, "an index in the commit")
for sibling in map(read64, proof["path"]):
    check(last > 0, "a path of this length")
    if at & 1 or at == last:
        root = sha256(b"\1", sibling, root)
        while at and not at & 1:
            at, last = at >> 1, last >> 1
    else:
        root = sha256(b"\1", root, sibling)
    at, last = at >> 1, last >> 1
check(last == 0 and root == header["root"], "the transaction in the commit")

# The transaction holds what is claimed.
subject, path, value = claim["subject"], claim["path"], claim["value"]
if subject["element"] == "node":
    check(node_id(space, subject) == subject["id"], "the id of such a node")
check(leaf[1:17].hex() == claim["transaction"], "the transaction's id")
check(leaf[17:19] == symbol(dictionary, 4, claim["actor"]), "the actor")
if claim["write"] == "set":
    delta = b"\7" + symbol(dictionary, 3, path) + value_bytes(value)
    check(delta in leaf, "a transaction that sets the value")
print(f"✓ {claim['actor']} wrote {path or 'it'} of {json.dumps(subject, ensure_ascii=False)}")
