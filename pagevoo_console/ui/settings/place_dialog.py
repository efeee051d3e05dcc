"""A new place for backups: bucket, prefix, where it is, and the two halves of the credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from pagevoo_console.domain.place import SCHEME, Place, read_place
from pagevoo_console.ui.kit.banners import Banner
from pagevoo_console.ui.kit.controls import ButtonKind, button
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.labels import plain_label
from pagevoo_console.ui.kit.messages import Message, MessageKind, message_of
from pagevoo_console.ui.kit.pages import row
from pagevoo_console.ui.kit.runner import Runner
from pagevoo_console.ui.kit.tokens import Space, Text

if TYPE_CHECKING:
    from pagevoo_console.services.places import PlaceAccess, Places

LANE = "places"
REGION = "us-east-1"


class PlaceDialog(QDialog):
    """Asks for a place, tries it out on *Save*, and keeps it only where that worked.

    Signals: saved(), once the keyring and the preferences have it.
    """

    saved = Signal()

    def __init__(self, places: Places, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("placeDialog")
        self.setWindowTitle(translate("places", "Add a place"))
        self.setModal(True)
        self.setMinimumWidth(560)
        self._places, self._runner = places, runner
        self.bucket = _field("bucketEdit", "backups")
        self.prefix = _field("prefixEdit", translate("places", "such as pagevoo/production; may be left empty"))
        self.endpoint = _field("endpointEdit", translate("places", "https://…; left empty for Amazon"))
        self.region = _field("regionEdit", REGION)
        self.access_key = _field("accessKeyEdit", "AKIA…")
        self.secret = _field("secretKeyEdit", "")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        for place, (name, field) in enumerate(
            (
                (translate("places", "Bucket"), self.bucket),
                (translate("places", "Prefix"), self.prefix),
                (translate("places", "Endpoint"), self.endpoint),
                (translate("places", "Region"), self.region),
                (translate("places", "Access key"), self.access_key),
                (translate("places", "Secret key"), self.secret),
            )
        ):
            label = plain_label(name, muted=True)
            label.setBuddy(field)
            field.setAccessibleName(name)
            field.textChanged.connect(lambda _text: self._show())
            grid.addWidget(label, place, 0)
            grid.addWidget(field, place, 1)
        self.banner = Banner()
        self.banner.setObjectName("placeMessage")
        self.save = button(
            translate("places", "Try it out and save"), kind=ButtonKind.PRIMARY, on_click=self._try_and_save
        )
        self.save.setObjectName("savePlaceButton")
        self.save.setDefault(True)
        leave = button(translate("places", "Cancel"), on_click=self.reject)
        leave.setObjectName("cancelPlaceButton")
        about = translate("places", "A small file is written there, read back and removed before the place is kept. "
                          "The secret key goes into the keyring and nowhere else.")  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.M)
        layout.setSpacing(Space.M)
        layout.addWidget(plain_label(translate("places", "Add a place"), Text.SUBTITLE))
        layout.addWidget(plain_label(about, muted=True, wrap=True))
        layout.addLayout(grid)
        layout.addWidget(self.banner)
        layout.addStretch(1)
        layout.addWidget(row(None, leave, self.save))
        self.bucket.setFocus()
        self._show()

    def done(self, result: int) -> None:
        self.secret.clear()
        super().done(result)

    def _show(self) -> None:
        self.save.setEnabled(all(field.text().strip() for field in (self.bucket, self.access_key, self.secret)))

    def _try_and_save(self) -> None:
        from pagevoo_console.services.places import PlaceAccess
        from pagevoo_console.services.secrets import Secret

        address = f"{SCHEME}{self.bucket.text().strip()}/{self.prefix.text().strip()}".rstrip("/")
        access = PlaceAccess(
            self.access_key.text().strip(), Secret(self.secret.text()), self.endpoint.text().strip(),
            self.region.text().strip() or REGION,
        )  # fmt: skip
        self.save.setEnabled(False)
        self.banner.show_message(Message(MessageKind.INFO, translate("places", "Trying it out…")))
        self._runner.query(
            lambda: keep(self._places, address, access), self._kept, self._failed, key="place", owner=self, lane=LANE
        )

    def _kept(self, _place: Place) -> None:
        self.saved.emit()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.banner.show_message(message_of(error))
        self._show()


def keep(places: Places, address: str, access: PlaceAccess) -> Place:
    """In another thread: try a place out by these credentials, then keep both. Raises what did not work."""
    place = read_place(address)
    places.try_out(place, access)
    places.keep(place, access)
    return place


def _field(name: str, placeholder: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setPlaceholderText(placeholder)
    return made
