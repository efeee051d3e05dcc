"""What the window says and looks at again when jobs begin and end, queries fail, and the master goes and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pagevoo_console.domain.deletion import DeletionResult
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.job import Job, JobEvent, JobState
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind, message_of
from pagevoo_console.ui.ways_out import way_out_of_work

if TYPE_CHECKING:
    from pagevoo_console.ui.main_window import MainWindow


class News(QObject):
    """Listens to the window's runner from the beginning, and to its watch once there is one."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.runner.job_event.connect(self._job_event)
        window.runner.query_failed.connect(self._query_failed)

    def listen_to_watch(self) -> None:
        """The fleet is looked at from now on."""
        watch = self._window.watch
        assert watch is not None
        watch.offline.connect(self._went_offline)
        watch.online.connect(self._came_online)

    def _job_event(self, event: JobEvent) -> None:
        window = self._window
        window.top.show_jobs(len(window.jobs.active()))
        job = event.job
        if not job.state.is_final or event.line is not None or window.is_closing:
            return
        if job.state is JobState.SUCCEEDED:
            window.messenger.post(self._success(job))
        elif job.error is not None:
            window.messenger.post(self._failure(job))
            if not isinstance(job.error, ConsoleError):
                window.show_bug(job.error)
        changes = event.changes
        touched = changes.tenants | ({job.tenant} if job.tenant else frozenset())
        if window.workspace is None or window.watch is None:
            return
        window.workspace.take_up(changes)
        if job.tenant and job.tenant == window.workspace.tenant_id and not changes.touches(job.tenant):
            window.workspace.page.refresh()
        if changes.everything:
            window.watch.look()
        elif touched:
            window.watch.look_at(frozenset(touched))

    def _success(self, job: Job) -> Message:
        """A job whose result is a message says by it how it went."""
        action = None
        result = job.result
        if isinstance(result, Message):
            return result
        if isinstance(result, DeletionResult) and result.backup is not None and self._window.workspace is not None:
            restore = self._window.workspace.context.doors.restore
            action = MessageAction(translate("window", "Restore…"), lambda: restore(result.tenant, result.backup))
        took = (job.finished_at - job.created_at).total_seconds() if job.finished_at is not None else None
        text = translate("window", "Done in {time}.").format(time=format.duration(took))
        return Message(MessageKind.GOOD, job.title, text, action)

    def _failure(self, job: Job) -> Message:
        """What went wrong, with the likeliest way out that deletes nothing."""
        assert job.error is not None
        told = message_of(job.error)
        if job.state is JobState.CANCELLED:
            return Message(MessageKind.INFO, f"{job.title}: {told.title}", told.text)
        text = f"{told.title}. {told.text}" if told.text else told.title
        title = translate("window", "{title} failed").format(title=job.title)
        return Message(told.kind, title, text, self._way_out(job.error, job.tenant or ""), told.details)

    def _way_out(self, error: BaseException, tenant: str) -> MessageAction | None:
        workspace = self._window.workspace
        return None if workspace is None else way_out_of_work(workspace.context, error, tenant)

    def _query_failed(self, error: Exception) -> None:
        workspace = self._window.workspace
        self._window.messenger.failed(error, self._way_out(error, "" if workspace is None else workspace.tenant_id))
        if not isinstance(error, ConsoleError):
            self._window.show_bug(error)

    def _went_offline(self, error: Exception) -> None:
        window = self._window
        assert window.console is not None
        assert window.workspace is not None
        window.workspace.set_connected(False)
        directory = window.console.directory

        def show(seen_at: object) -> None:
            told = message_of(error)
            text = told.text
            if seen_at is not None:
                last = translate("window", "What you see was read {age}.").format(age=format.age(seen_at))  # type: ignore[arg-type]
                text = f"{last} {text}".strip()
            if seen_at is not None:
                window.offline.show_message(
                    Message(MessageKind.WARNING, told.title, text, details=told.details), can_retry=True
                )
            elif window.workspace is not None:
                window.workspace.browser.states.show_error(error, window.refresh)
                window.workspace.overview.states.show_error(error, window.refresh)

        window.runner.query(lambda: directory.registry_at, show, lambda _error: show(None), key="offline", owner=window)

    def _came_online(self) -> None:
        assert self._window.workspace is not None
        self._window.offline.clear()
        self._window.workspace.set_connected(True)
