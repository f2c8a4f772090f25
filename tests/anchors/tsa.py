"""A time-stamp authority made with openssl: a root, an authority under it, and its answers."""

import subprocess
import tempfile
from pathlib import Path

CONFIG = """
[ req ]
distinguished_name = name
[ name ]
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[ authority ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ tsa ]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ess_cert_id_chain = no
certs = {folder}/middle.pem
"""


def openssl(folder: Path, *words: str) -> str:
    """What `openssl` prints; its failure is the test's."""
    run = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == run.returncode, run.stderr
    return run.stdout + run.stderr


class Tsa:
    """An authority with a certificate by a middle one, as real ones have, in a folder of its own."""

    def __init__(self, folder: Path, digests: str = "sha256") -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder, digests=digests))
        (folder / "serial").write_text("01\n")
        self._certify("root", None, "root")
        self._certify("middle", "root", "root")
        self._certify("tsa", "middle", "authority")
        self.roots = (folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        """The answer to a query, both DER."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            (Path(name) / "query").write_bytes(query)
            made = ["-signer", "tsa.pem", "-inkey", "tsa.key", "-queryfile", f"{name}/query", "-out", f"{name}/reply"]
            openssl(self.folder, "ts", "-reply", "-config", "openssl.cnf", "-section", "tsa", *made)
            return (Path(name) / "reply").read_bytes()

    def verify(self, token: bytes, data: bytes) -> str:
        """What openssl, which is not ours, says of a token over the data."""
        (self.folder / "token").write_bytes(token)
        (self.folder / "data").write_bytes(data)
        return openssl(self.folder, "ts", "-verify", "-data", "data", "-in", "token", "-CAfile", "root.pem")

    def _certify(self, name: str, issuer: str | None, section: str) -> None:
        openssl(self.folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        subject = ["-key", f"{name}.key", "-subj", f"/CN=Test {name}", "-config", "openssl.cnf"]
        if issuer is None:
            made = ["-x509", "-days", "30", "-extensions", section, "-out", f"{name}.pem"]
            openssl(self.folder, "req", "-new", *subject, *made)
            return
        openssl(self.folder, "req", "-new", *subject, "-out", f"{name}.csr")
        by = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial", "-days", "30"]
        how = ["-extfile", "openssl.cnf", "-extensions", section]
        openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", *by, *how, "-out", f"{name}.pem")
