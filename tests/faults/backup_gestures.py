"""Backups that are killed on purpose while they are encrypted."""

from __future__ import annotations

from pagevoo_console.domain.backup import Backup
from pagevoo_console.services.encryption import new_identity
from pagevoo_console.services.jobs import JobContext
from tests.faults.gestures import BackupMaking, Gesture
from tests.services.platform_world import World


class EncryptedBackupMaking(BackupMaking):
    suffix = ".sql.zst.age"
    failpoints = ("backup.sealing", "backup.sealed", "backup.between_names")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.recipient, identity = new_identity()
        path = world.folders.state / f"{self.tenant}.identity"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(identity.reveal())
        self.console.backups.keys.use_identity_file(path)

    def work(self) -> Backup:
        backups = self.console.backups
        return backups.create(self.tenant, JobContext(), sealing=backups.keys.sealing([self.recipient]))


BACKUP_GESTURES: tuple[type[Gesture], ...] = (EncryptedBackupMaking,)
