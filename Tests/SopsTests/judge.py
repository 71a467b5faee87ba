"""An independent reader and writer of SOPS files, written from the format's description.

judge.py read FILE KEY               decrypts every value, verifies the codes, prints the values as JSON
judge.py open FILE IDENTITY          the same with the data key of each recipient that the identity is of; prints key and values
judge.py write FILE KEY [MAC_ONLY]   writes a file with values of every type (YAML or JSON by the name), for two recipients;
                                     prints the identity of the second
"""
import base64, hashlib, hmac, json, os, re, subprocess, sys, tempfile
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
import yaml

FORM = re.compile(r"ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:(\w+)\]")
MAC_ONLY = hashlib.sha256(b"sops").digest()


def decrypt(key, text, path):
    match = FORM.fullmatch(text)
    data, nonce, tag = (base64.b64decode(part, validate=True) for part in match.groups()[:3])
    return AESGCM(key).decrypt(nonce, data + tag, path.encode()), match.group(4)


def encrypt(key, plain, path, kind):
    nonce = os.urandom(32)
    sealed = AESGCM(key).encrypt(nonce, plain, path.encode())
    data, iv, tag = (base64.b64encode(part).decode() for part in (sealed[:-16], nonce, sealed[-16:]))
    return f"ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]"


def clear(value):
    if isinstance(value, bool):
        return b"True" if value else b"False"
    if isinstance(value, float):
        return format(value, "f").rstrip("0").rstrip(".").encode()
    return str(value).encode()


def leaves(value, path):
    if isinstance(value, dict):
        for key, item in value.items():
            if path or key != "sops":
                yield from leaves(item, path + [key])
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    elif value is not None:
        yield path, value


def selected(sops, path):
    if "encrypted_regex" in sops:
        return any(re.search(sops["encrypted_regex"], key) for key in path)
    suffix = sops.get("unencrypted_suffix", "_unencrypted")
    return not any(key.endswith(suffix) for key in path)


def read(file, key):
    with open(file) as stream:
        text = stream.read()
    tree = json.loads(text) if file.endswith(".json") else yaml.safe_load(text)
    sops, values = tree["sops"], []
    only = str(sops.get("mac_only_encrypted", False)).lower() == "true"
    digest = hashlib.sha512(MAC_ONLY if only else b"")
    for path, value in leaves(tree, []):
        plain, is_selected = clear(value), selected(sops, path)
        if is_selected and plain:
            plain, _ = decrypt(key, value, ":".join(path) + ":")
        if is_selected or not only:
            digest.update(plain)
        values.append([".".join(path), plain.decode()])
    mac, _ = decrypt(key, sops["mac"], sops["lastmodified"])
    if mac.decode() != digest.hexdigest().upper():
        sys.exit("the MAC does not fit")
    owners = {":"} | {"".join(f"{key}:" for key in path[:n]) for path, _ in leaves(tree, []) for n in range(1, len(path) + 1)}
    for comment in re.findall(r"^\s*#(ENC\[.*)$", text, re.MULTILINE):
        open_comment(key, comment, owners)
    if str(sops["version"]).endswith("+pipectl") and not bound(text, sops["mac"], key):
        sys.exit("the code over the text does not fit")
    return values


def open_comment(key, comment, owners):
    """A comment does not tell whose it is."""
    for path in owners:
        try:
            decrypt(key, comment, path)
            return
        except InvalidTag:
            continue
    sys.exit("a comment cannot be decrypted")


def derived(key, info):
    """HKDF (RFC 5869) with SHA-256, no salt, one block."""
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, info + b"\1", "sha256")


def bound(text, mac, key):
    """The nonce of the MAC is a code over the text around it."""
    before, behind = text.encode().split(mac.encode())
    nonce = base64.b64decode(FORM.fullmatch(mac).group(2))
    return nonce == hmac.digest(derived(key, b"pipectl sops text"), before + b"\0" + behind, "sha256")


def data_key(identity, armored):
    """By two implementations of age; nothing where it is for somebody else."""
    import pyrage

    try:
        key = pyrage.decrypt(armored.encode(), [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError:
        return None
    with tempfile.NamedTemporaryFile() as file:
        file.write(identity.encode() + b"\n")
        file.flush()
        again = subprocess.run(["age", "--decrypt", "--identity", file.name], input=armored.encode(), capture_output=True, check=True)
    if again.stdout != key:
        sys.exit("age reads another data key than pyrage")
    return key


def open_with(file, identity):
    with open(file) as stream:
        text = stream.read()
    tree = json.loads(text) if file.endswith(".json") else yaml.safe_load(text)
    keys = {data_key(identity, item["enc"]) for item in tree["sops"]["age"]} - {None}
    if len(keys) != 1:
        sys.exit(f"{len(keys)} data keys for this identity")
    key = keys.pop()
    return {"key": key.hex(), "recipients": [item["recipient"] for item in tree["sops"]["age"]], "values": read(file, key)}


def write(file, key, only):
    is_json = file.endswith(".json")
    digest = hashlib.sha512(MAC_ONLY if only else b"")

    def sealed(path, plain, kind):
        digest.update(plain)
        return encrypt(key, plain, path, kind)

    def plain(value):
        if not only:
            digest.update(clear(value))
        return value

    tree = {
        "password": sealed("password:", "pä#ss: word".encode(), "str"),
        "database": {
            "port": sealed("database:port:", b"5432", "int"),
            "ratio": sealed("database:ratio:", b"0.25", "float"),
            "tls": sealed("database:tls:", b"True", "bool"),
        },
        "hosts": [sealed("hosts:", b"one", "str"), sealed("hosts:", b"two", "str")],
        "since": sealed("since:", b"2024-05-01T00:00:00Z", "time"),
        "empty": "",
        "nothing": None,
        "note_unencrypted": plain("kept in the clear"),
        "count_unencrypted": plain(12),
        "share_unencrypted": plain(0.5),
        "on_unencrypted": plain(True),
    }
    import pyrage

    identities = [pyrage.x25519.Identity.generate() for _ in range(2)]
    recipients = [{"recipient": str(i.to_public()), "enc": pyrage.encrypt(key, [i.to_public()], armored=True).decode()} for i in identities]
    moment = "2024-05-01T12:00:00Z"
    tree["sops"] = {
        "age": recipients,
        "lastmodified": moment,
        "mac": encrypt(key, digest.hexdigest().upper().encode(), moment, "str"),
        "unencrypted_suffix": "_unencrypted",
        "version": "3.9.4",
        "future_field": {"kept": "as it is"},
    }
    if only:
        tree["sops"]["mac_only_encrypted"] = True
    if is_json:
        text = json.dumps(tree, indent="\t", ensure_ascii=False) + "\n"
    else:
        text = yaml.dump(tree, sort_keys=False, allow_unicode=True, width=100000, indent=4)
        top = "#" + encrypt(key, b" about the file", ":", "comment") + "\n"
        inner = "    #" + encrypt(key, b" the port", "database:", "comment") + "\n"
        text = top + text.replace("    port:", inner + "    port:")
    with open(file, "w") as stream:
        stream.write(text)
    print(json.dumps({"identity": str(identities[1]), "recipients": [item["recipient"] for item in recipients]}))


command, file, key = sys.argv[1:4]
if command == "open":
    print(json.dumps(open_with(file, key)))
elif command == "read":
    print(json.dumps(read(file, bytes.fromhex(key))))
else:
    write(file, bytes.fromhex(key), len(sys.argv) > 4)
