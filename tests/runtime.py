"""Where test servers live: a folder this process owns, the accounts they run as, their initialised templates."""

import atexit
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filelock import FileLock

TEMPORARY_ROOT = "PYTEST_DEBUG_TEMPROOT"
"""The variable by which pytest is told where its temporary folders go."""

_ROOM_BYTES = 6 * 1024**3


@dataclass(frozen=True)
class Account:
    """The account that a server runs as: servers refuse root, so root hands over to a system account."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def current(cls) -> "Account":
        """The account that runs the tests."""
        return cls(os.getuid(), os.getgid(), is_other=False)

    @classmethod
    def of(cls, *names: str) -> "Account":
        """The first of these accounts that exists, for root; a plain user stays who they are."""
        if os.getuid() != 0:
            return cls.current()
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in (*names, "nobody") if name in known)
        return cls(entry.pw_uid, entry.pw_gid, is_other=True)

    def own(self, path: Path) -> None:
        """Makes the account the owner of a file or folder, which stays closed to everybody else."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def start(
        self,
        command: list[str],
        home: Path,
        output: Path,
        *,
        stdin: int = subprocess.DEVNULL,
        extra_environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Starts a program as this account, in a session of its own, so that Ctrl-C in the terminal does not reach it.

        It inherits nothing of our environment but PATH. Write its pid with `remember` for it to end with us.
        """
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        environment.update(extra_environment or {})
        with output.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=home,
                env=environment,
                stdin=stdin,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.uid if self.is_other else None,
                group=self.gid if self.is_other else None,
                extra_groups=[] if self.is_other else None,
            )

    def run(self, command: list[str], home: Path, stdin: bytes = b"") -> None:
        """Runs a program as this account to its end; its output is the message when it fails."""
        log = home / "run.log"
        process = self.start(command, home, log, stdin=subprocess.PIPE)
        process.communicate(stdin)
        if process.returncode:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{log.read_text(errors='replace')}")


def quickest_directory() -> Path:
    """Where tests make and remove files fastest: in memory where it has room and programs may run there, or `/tmp`."""
    memory = Path("/dev/shm")
    try:
        seen = os.statvfs(memory)
    except OSError:
        return Path("/tmp")
    has_room = seen.f_bavail * seen.f_frsize >= _ROOM_BYTES
    return memory if has_room and not seen.f_flag & os.ST_NOEXEC else Path("/tmp")


@cache
def runtime_directory() -> Path:
    """A folder of this process that vanishes with it, servers included.

    Below `/tmp`, or where pytest was told to keep its own, whatever TMPDIR says: the path of a Unix socket may have
    107 bytes.
    """
    directory = Path(tempfile.mkdtemp(prefix="pvc-", dir=os.environ.get(TEMPORARY_ROOT, "/tmp")))
    directory.chmod(0o711)
    read_end, write_end = os.pipe()
    reaper = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("reaper.py")), str(directory)],
        stdin=read_end,
        cwd="/",
        start_new_session=True,
    )
    os.close(read_end)
    os.register_at_fork(after_in_child=lambda: os.close(write_end))
    owner = os.getpid()

    def finish() -> None:
        if os.getpid() == owner:
            os.close(write_end)
            reaper.wait()

    atexit.register(finish)
    return directory


def new_directory(kind: str, account: Account) -> Path:
    """A fresh folder that belongs to the account."""
    directory = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=runtime_directory()))
    account.own(directory)
    return directory


def remember(process: subprocess.Popen[bytes], directory: Path) -> Path:
    """Has the process killed when this one ends, given a folder of `new_directory`; remove the answer after its end."""
    record = directory / f"{process.pid}.reap"
    record.write_text(str(process.pid))
    return record


def template(kind: str, recipe: str, account: Account, build: Callable[[Path], None]) -> Path:
    """An initialised data folder, built once for this recipe and this user and copied from then on.

    The recipe is whatever changes the result: the server's version and the options it was initialised with.
    """
    store = Path("/tmp") / f"pagevoo-console-tests-{os.getuid()}"
    store.mkdir(mode=0o700, exist_ok=True)
    seen = store.lstat()
    if seen.st_uid != os.getuid() or not stat.S_ISDIR(seen.st_mode) or stat.S_IMODE(seen.st_mode) & 0o077:
        raise RuntimeError(f"{store} belongs to somebody else or is open to others; remove it")
    digest = hashlib.sha256(f"{recipe}\n{account.uid}".encode()).hexdigest()[:16]
    finished = store / f"{kind}-{digest}"
    with FileLock(store / f"{kind}.lock"):
        if not finished.exists():
            workshop = new_directory(f"{kind}-template", account)
            build(workshop)
            unfinished = store / f"{kind}-{digest}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            copy_tree(workshop, unfinished)
            unfinished.rename(finished)
            shutil.rmtree(workshop)
    return finished


def copy_tree(source: Path, target: Path) -> None:
    """Copies a folder with owners and holes; `cp` does it faster than Python."""
    subprocess.run(["cp", "-a", "--sparse=always", "--reflink=auto", f"{source}/.", str(target)], check=True)
