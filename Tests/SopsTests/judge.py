"""An independent reader and writer of SOPS files, written from the format's description.

judge.py read FILE KEY    decrypts every value, verifies the MAC, prints the values as JSON
judge.py unwrap IDENTITY ARMORED   prints the data key
judge.py write FILE KEY [MAC_ONLY]   writes a file with values of every type (YAML or JSON by the name)
"""
import base64, hashlib, json, os, re, sys
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
    print(json.dumps(values))


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
    moment = "2024-05-01T12:00:00Z"
    tree["sops"] = {
        "age": [{"recipient": "age1test", "enc": "-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n"}],
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
    print("{}")


command, file, key = sys.argv[1:4]
if command == "unwrap":
    import pyrage

    print(json.dumps(pyrage.decrypt(key.encode(), [pyrage.x25519.Identity.from_str(file)]).hex()))
elif command == "read":
    read(file, bytes.fromhex(key))
else:
    write(file, bytes.fromhex(key), len(sys.argv) > 4)
