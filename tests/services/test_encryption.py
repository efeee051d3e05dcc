"""Encrypted backups: sealed for keys or by a passphrase, tried before they count, opened by age itself."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pagevoo_console.domain.encryption import SealMethod, WrongKey
from pagevoo_console.domain.errors import ConsoleError, Corrupt, Failed, Refused, WrongUsage
from pagevoo_console.services import encryption
from pagevoo_console.services.age_passphrase import CHUNK, PassphraseReader, PassphraseSealer
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.secrets import Secret
from tests.masters import SqliteFolder
from tests.secret_service import SecretService
from tests.services.platform_world import World, folders_in, make_world

PASSPHRASE = "six words that nobody would guess"
SETTING = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


def key_file(folder: Path, name: str = "key.txt") -> tuple[str, Path]:
    """A pair of keys as `age-keygen` makes one: the recipient, and the file of its identity."""
    path = folder / name
    subprocess.run(["age-keygen", "-o", str(path)], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", str(path)], check=True, capture_output=True, text=True).stdout
    return recipient.strip(), path


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    sealer = PassphraseSealer(out.write, PASSPHRASE)
    for begin in range(0, len(content), 7_001):
        sealer.write(content[begin : begin + 7_001])
    sealer.close()
    return out.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return PassphraseReader(io.BytesIO(content), passphrase).read()


# --- the format -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_a_passphrase_sealed_the_library_opens_and_the_other_way_round(size: int) -> None:
    content = os.urandom(size)

    assert pyrage.passphrase.decrypt(sealed(content), PASSPHRASE) == content
    assert opened(pyrage.passphrase.encrypt(content, PASSPHRASE)) == content


@settings(max_examples=8, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), is_cut=st.booleans())
def test_a_flipped_bit_or_a_cut_anywhere_is_refused(place: float, bit: int, is_cut: bool) -> None:
    whole = _WHOLE
    at = int(place * len(whole))
    damaged = whole[:at] if is_cut else whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]

    with pytest.raises((Corrupt, WrongKey)):
        opened(damaged)


def test_a_file_that_ends_with_a_whole_piece_before_its_last_is_refused() -> None:
    header = len(_WHOLE) - (2 * CHUNK + 10 + 3 * 16)

    with pytest.raises(Corrupt):
        opened(_WHOLE[: header + CHUNK + 16])
    with pytest.raises(Corrupt):
        opened(_WHOLE + b"x")


def test_another_passphrase_is_told_as_such() -> None:
    with pytest.raises(WrongKey, match="passphrase"):
        opened(_WHOLE, "another one altogether")


def test_a_header_that_asks_for_years_of_work_is_refused_at_once() -> None:
    with pytest.raises(Corrupt):
        opened(_WHOLE.replace(b" 16\n", b" 63\n", 1))


# --- backups --------------------------------------------------------------------------------------------------------


def test_a_backup_for_a_recipient_is_opened_by_age_and_zstd_and_proved_with_the_identity(
    world: World, tmp_path: Path
) -> None:
    tenant, _ = world.provisioned()
    world.write(SETTING, "core", "kept", '"yes"', database=world.name(tenant))
    recipient, identity = key_file(tmp_path)
    backups = world.console.backups

    made = backups.create(tenant, JobContext(), tmp_path / "out", backups.keys.sealing([recipient]))

    assert made.path.name.endswith(".sql.zst.age")
    assert made.encrypted
    assert made.path.read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert backups.prove(made, JobContext()).verified_at, "the process that made it can prove it without the identity"
    (listed,) = backups.list(tenant)
    assert (listed.encrypted, listed.seal) == (True, made.seal)
    plain = subprocess.run(
        f"age -d -i {identity} {made.path} | zstd -dc", shell=True, check=True, capture_output=True
    ).stdout
    assert b"feature_settings" in plain
    another = make_world(world.master, world.folders, initialise=False).console
    assert another.backups.verify(made, JobContext(), quick=True).ok, "checksums need no key"
    with pytest.raises(WrongKey, match="no key to it"):
        another.backups.verify(made, JobContext())
    another.backups.keys.use_identity_file(key_file(tmp_path, "other.txt")[1])
    with pytest.raises(WrongKey, match="encrypted for another"):
        another.backups.verify(made, JobContext())
    another.backups.keys.use_identity_file(identity)
    assert another.backups.verify(made, JobContext()).ok
    world.write("DELETE FROM feature_settings", database=world.name(tenant))
    another.restores.run(another.restores.plan(made, tenant), world.name(tenant), JobContext())
    assert world.write("SELECT setting_key FROM feature_settings", database=world.name(tenant)) == [("kept",)]


def test_a_backup_by_passphrase_opens_with_it_alone(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    backups = file_world.console.backups
    made = backups.create(tenant, JobContext(), sealing=backups.keys.sealing(passphrase=Secret(PASSPHRASE)))

    assert backups.verify(made, JobContext()).ok
    assert made.seal is not None
    assert made.seal.method is SealMethod.PASSPHRASE
    assert b"feature_settings" in _unpacked(pyrage.passphrase.decrypt(made.path.read_bytes(), PASSPHRASE))
    assert PASSPHRASE.encode() not in (made.manifest_path or made.path).read_bytes()
    backups.keys.use_passphrase(Secret("not the one it was"))
    with pytest.raises(WrongKey):
        backups.verify(made, JobContext())


def test_an_encrypted_file_that_was_changed_and_given_the_right_hash_again_does_not_hold(file_world: World) -> None:
    from tests.faults.test_artefacts import put_dump

    tenant, _ = file_world.provisioned()
    backups = file_world.console.backups
    sealing = backups.keys.sealing([encryption.new_identity()[0]])
    made = backups.create(tenant, JobContext(), sealing=sealing)
    whole = made.path.read_bytes()
    for damaged in (whole[:-1], whole[:-20] + b"x" + whole[-19:], whole[:40], b""):
        put_dump(made, damaged)
        forged = backups.get(str(made.path))
        assert sealing is not None
        backups.keys.keep_trial(forged.sha256, sealing)

        assert not backups.verify(forged, JobContext()).ok


def test_what_does_not_decrypt_to_what_was_encrypted_is_no_backup(
    file_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault between the compressor and the disk that all hashes agree with."""
    tenant, _ = file_world.provisioned()
    backups = file_world.console.backups
    write = encryption._RecipientSealer.write
    monkeypatch.setattr(
        encryption._RecipientSealer, "write", lambda self, data: write(self, data.replace(b"\x28", b"\x29", 1))
    )

    with pytest.raises(Failed, match="does not decrypt to the same"):
        backups.create(tenant, JobContext(), tmp_path / "out", backups.keys.sealing([encryption.new_identity()[0]]))
    assert list((tmp_path / "out").iterdir()) == []


def test_the_usual_recipients_are_taken_where_nobody_says_otherwise(file_world: World) -> None:
    recipient, _ = encryption.new_identity()
    tenant, _ = file_world.provisioned()
    file_world.console.backups.keys = BackupKeys([recipient])

    made = file_world.console.backups.create(tenant, JobContext())

    assert made.seal is not None
    assert made.seal.recipients == (recipient,)


def test_a_disk_that_fills_up_while_encrypting_is_told_and_leaves_nothing(file_world: World, tmp_path: Path) -> None:
    from tests.faults.scenes import load
    from tests.faults.small_disk import small_disk

    tenant, _ = file_world.provisioned()
    load(file_world, tenant, 3_000_000)
    backups = file_world.console.backups
    with small_disk(tmp_path / "disk", 1_000_000) as folder:
        with pytest.raises(Failed) as caught:
            backups.create(tenant, JobContext(), folder, backups.keys.sealing([encryption.new_identity()[0]]))
        assert caught.value.code == "disk_full"
        assert [path.name for path in folder.iterdir()] == []


# --- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "age1nonsense", "AGE-SECRET-KEY-1QQ", "ssh-ed25519 AAAA", "--output=/etc/passwd"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        BackupKeys().sealing([text])


def test_a_short_passphrase_and_two_ways_at_once_are_refused() -> None:
    with pytest.raises(WrongUsage, match="shorter than"):
        BackupKeys().sealing(passphrase=Secret("short"))
    with pytest.raises(WrongUsage, match="not both"):
        BackupKeys().sealing(["age1"], Secret(PASSPHRASE))


def test_an_ssh_key_works_as_well(file_world: World, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    (tmp_path / "id").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    tenant, _ = file_world.provisioned()
    backups = file_world.console.backups
    made = backups.create(tenant, JobContext(), sealing=backups.keys.sealing([public]))
    another = make_world(file_world.master, file_world.folders, initialise=False).console.backups
    another.keys.use_identity_file(tmp_path / "id")

    assert another.verify(made, JobContext()).ok


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "hello", "AGE-SECRET-KEY-1\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nx"]
)
def test_a_file_without_an_identity_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.txt"
    path.write_text(text)

    with pytest.raises(WrongUsage, match=r"empty\.txt"):
        BackupKeys().use_identity_file(path)


def test_without_a_keyring_making_a_key_is_refused_and_opening_finds_none(file_world: World) -> None:
    tenant, _ = file_world.provisioned()
    backups = file_world.console.backups
    made = backups.create(tenant, JobContext(), sealing=backups.keys.sealing([encryption.new_identity()[0]]))

    with pytest.raises(Refused) as caught:
        BackupKeys().make()
    assert caught.value.code == "no_secret_store"
    another = make_world(file_world.master, file_world.folders, initialise=False).console.backups
    with pytest.raises(ConsoleError, match="no key"):
        another.verify(made, JobContext())


def test_the_keyring_keeps_an_identity_and_opens_what_is_encrypted_for_it(
    secret_service: SecretService, tmp_path: Path
) -> None:
    program = f"""
import io, sys
from pathlib import Path
from pagevoo_console.services.backup_keys import BackupKeys
from pagevoo_console.services import encryption
keys = BackupKeys()
recipient = keys.make()
keys.save(recipient, Path({str(tmp_path / "kept.txt")!r}))
out = io.BytesIO()
sealer = keys.sealing([recipient]).sealer(out.write); sealer.write(b"hello"); sealer.close()
found = keys._of_keyring([recipient, "age1other"])
with encryption.opened(io.BytesIO(out.getvalue()), found, None) as plain:
    assert plain.read() == b"hello"
assert keys.keep(Path({str(tmp_path / "kept.txt")!r}).read_text(), "kept") == (recipient,)
keys.remove(recipient)
assert keys._of_keyring([recipient]) == []
print("done")
"""
    path = tmp_path / "try.py"
    path.write_text(program)
    done = secret_service.run([sys.executable, str(path)])

    assert "done" in done.stdout
    assert (tmp_path / "kept.txt").stat().st_mode & 0o777 == 0o600


def _unpacked(content: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content), read_across_frames=True).read()


_WHOLE = sealed(os.urandom(2 * CHUNK + 10))
