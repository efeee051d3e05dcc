"""The one stylesheet of the application, generated from the tokens. No other place may call setStyleSheet."""

from __future__ import annotations

from pathlib import Path
from string import Template

from pagevoo_console.ui.kit.tokens import Colours, Radius, Space, Text, Tone

CONTROLS = Path(__file__).parent.parent / "assets" / "controls"

_SHEET = Template("""
QMainWindow, QDialog, QWizard, QWizardPage { background: $canvas; }
QLabel { background: transparent; }
QLabel[muted="true"] { color: $muted; }
QLabel[tone="accent"] { color: $accent_text; }
QLabel[tone="good"] { color: $good_text; }
QLabel[tone="warning"] { color: $warning_text; }
QLabel[tone="danger"] { color: $danger_text; }
QToolTip { background: $raised; color: $text; border: 1px solid $outline; padding: ${s4}px ${s8}px; }

QFrame[ground="surface"] { background: $surface; border: none; }
QFrame[ground="sunken"] { background: $sunken; border: none; }
QFrame[ground="canvas"] { background: $canvas; border: none; }
QFrame[ground="card"] { background: $surface; border: 1px solid $hairline; border-radius: ${card}px; }
QFrame[ground="card"][chosen="true"] { background: $selection; border-color: $accent_fill; }
QFrame[ground="raised"] { background: $raised; border: 1px solid $outline; border-radius: ${card}px; }
QFrame[rule="horizontal"] { background: $hairline; border: none; max-height: 1px; min-height: 1px; }
QFrame[rule="vertical"] { background: $hairline; border: none; max-width: 1px; min-width: 1px; }

QPushButton { background: $surface; border: 1px solid $outline; border-radius: ${control}px; padding: 5px 13px;
    min-height: 20px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $sunken; }
QPushButton:focus { border: 2px solid $focus; padding: 4px 12px; }
QPushButton:disabled { color: $disabled; background: $canvas; border-color: $hairline; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="danger"] { background: $danger_ground; color: #ffffff; border-color: $danger_ground;
    font-weight: 600; }
QPushButton[kind="danger"]:hover { background: $danger_hover; }
QPushButton[kind="danger"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="danger"]:disabled { background: $sunken; color: $disabled;
    border-color: $sunken; }
QPushButton[kind="quiet"] { background: transparent; border: 1px solid transparent; padding: 5px 9px; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid $focus; padding: 4px 8px; }
QPushButton[kind="link"] { background: transparent; border: none; border-bottom: 2px solid transparent;
    border-radius: 0; color: $accent_text; padding: 4px 0 2px 0; text-align: left; }
QPushButton[kind="link"]:disabled { color: $disabled; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-bottom-color: $focus; }
QPushButton[kind="chip"] { border-radius: 14px; padding: 3px 11px; }
QPushButton[kind="chip"]:checked { background: $selection; border-color: $accent_fill; color: $accent_text;
    font-weight: 600; }
QPushButton[kind="chip"]:focus { border: 2px solid $focus; padding: 2px 10px; }
QPushButton[kind="rail"] { background: transparent; border: 1px solid transparent; padding: 6px 9px; text-align: left; }
QPushButton[kind="rail"]:hover { background: $hover; }
QPushButton[kind="rail"]:checked { background: $selection; color: $accent_text; font-weight: 600; }
QPushButton[kind="rail"]:focus { border: 2px solid $focus; padding: 5px 8px; }
QPushButton::menu-indicator { image: url($down); width: 12px; subcontrol-position: right center; right: 8px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: ${control}px; padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $selection; }
QToolButton:focus { border: 2px solid $focus; padding: 3px; }
QToolButton:disabled { color: $disabled; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox { background: $surface; border: 1px solid $edge;
    border-radius: ${control}px; padding: 5px 8px; selection-background-color: $accent;
    selection-color: $on_accent; }
QLineEdit, QAbstractSpinBox, QComboBox { min-height: 20px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border: 2px solid $focus;
    padding: 4px 7px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $disabled;
    background: $canvas; border-color: $hairline; }
QLineEdit[state="wrong"] { border: 2px solid $danger_fill; padding: 4px 7px; }
QLineEdit[state="right"] { border: 2px solid $good_fill; padding: 4px 7px; }
QPlainTextEdit[ground="text"] { background: transparent; border: none; padding: 0px; min-height: 0px; }
QPlainTextEdit[ground="log"] { background: $sunken; border: 1px solid $hairline; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url($down); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $outline; outline: none;
    selection-background-color: $selection; selection-color: $text; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 20px; background: transparent; }
QAbstractSpinBox::up-arrow { image: url($up); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url($down); width: 12px; height: 12px; }

QCheckBox, QRadioButton { spacing: ${s8}px; padding: 2px; border: 2px solid transparent; border-radius: ${control}px; }
QCheckBox[bare="true"], QRadioButton[bare="true"] { spacing: 0px; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $edge; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($check); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent; image: url($minus); }
QCheckBox::indicator:disabled { background: $sunken; border-color: $outline; }
QTreeView::indicator { width: 14px; height: 14px; border: 1px solid $edge; border-radius: 4px; background: $surface; }
QTreeView::indicator:checked { background: $accent; border-color: $accent; image: url($check); }
QTreeView::indicator:disabled { background: $sunken; border-color: $outline; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $edge; border-radius: 9px;
    background: $surface; }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid $accent; background: $on_accent; }

QAbstractItemView { background: $surface; border: none; outline: none; selection-background-color: $selection;
    selection-color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $hairline;
    padding: 0px ${s8}px; height: 32px; font-size: ${caption_size}px; font-weight: 600; }
QHeaderView::section:first { padding-left: ${s16}px; }
QHeaderView::section:last { padding-right: ${s16}px; }
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url($up); width: 12px; height: 12px; subcontrol-position: center right; right: 4px; }
QHeaderView::down-arrow { image: url($down); width: 12px; height: 12px; subcontrol-position: center right; right: 4px; }
QTableCornerButton::section { background: $surface; border: none; }
QListView::item { padding: 6px 8px; border-radius: ${control}px; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $selection; color: $text; }
QTreeView::item { padding: 3px 4px; }

QTabWidget::pane { border: none; border-top: 1px solid $hairline; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; border: none; border-bottom: 2px solid transparent;
    padding: 8px 12px; margin-right: 4px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent_fill; font-weight: 600; }
QTabBar::tab:focus { color: $accent_text; }

QMenuBar { background: $canvas; border: none; }
QMenuBar::item { padding: 5px 10px; background: transparent; border-radius: ${control}px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $outline; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 10px; border-radius: ${control}px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $hairline; margin: 6px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::right-arrow { image: url($right); width: 14px; height: 14px; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[scrolled="true"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $hairline; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QStatusBar { background: $canvas; color: $muted; border-top: 1px solid $hairline; }
QStatusBar::item { border: none; }
QToolBar { background: $canvas; border: none; spacing: ${s4}px; padding: ${s4}px ${s8}px; }
QDockWidget { titlebar-close-icon: none; }
QProgressBar { background: $sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent_fill; border-radius: 3px; }
QGroupBox { border: 1px solid $hairline; border-radius: ${card}px; margin-top: 10px;
    padding: ${s16}px ${s8}px ${s8}px; }
QGroupBox::title { subcontrol-origin: margin; left: 12px; padding: 0 4px; color: $muted; }
""")


def stylesheet(colours: Colours, base_size: int) -> str:
    """The whole stylesheet for a set of colours. `base_size` is the body text's height in pixels."""
    shade = "dark" if colours.is_dark else "light"
    values = {
        name: getattr(colours, name) for name in colours.__dataclass_fields__ if isinstance(getattr(colours, name), str)
    }
    for tone in Tone:
        for part in ("text", "fill", "tint"):
            values[f"{tone}_{part}"] = getattr(colours.tone(tone), part)
    values |= {
        "danger_ground": "#b3261e",
        "danger_hover": "#9a1f18",
        "s4": str(int(Space.XS)),
        "s8": str(int(Space.S)),
        "s16": str(int(Space.M)),
        "control": str(int(Radius.CONTROL)),
        "card": str(int(Radius.CARD)),
        "caption_size": str(round(base_size * Text.CAPTION.factor)),
        "down": _control(f"chevron-down-{shade}"),
        "up": _control(f"chevron-up-{shade}"),
        "right": _control(f"chevron-right-{shade}"),
        "check": _control("check"),
        "minus": _control("minus"),
    }
    scale = "".join(
        f'QLabel[step="{step}"] {{ font-size: {round(base_size * step.factor)}px; font-weight: {step.weight}; }}\n'
        for step in Text
    )
    return _SHEET.substitute(values) + scale


def _control(name: str) -> str:
    return '"' + (CONTROLS / f"{name}.svg").as_posix() + '"'
