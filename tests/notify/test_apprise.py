"""The apprise channel, with a sender that stands in for apprise."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError, DeliveryError
from monitor.notify import Outgoing
from monitor.notify.apprise import AppriseChannel

NOTICE = Outgoing("c-1:new", "new", "{}", {"title": "New budget: second selection", "text": "EUR 485 million\n<b>quote</b>"})


class Sender:
    def __init__(self, takes: bool) -> None:
        self.takes = takes
        self.got: list[tuple[str, str, str | None, bool | None]] = []

    def notify(self, body: str, title: str = "", *, body_format: str | None = None, interpret_escapes: bool | None = None) -> object:
        self.got.append((title, body, body_format, interpret_escapes))
        return self.takes


def test_title_and_text_are_sent_as_plain_text() -> None:
    sender = Sender(True)
    AppriseChannel([], sender).send(NOTICE)
    assert sender.got == [("New budget: second selection", "EUR 485 million\n<b>quote</b>", "text", False)]


def test_a_notice_not_every_address_took_is_tried_again() -> None:
    with pytest.raises(DeliveryError) as caught:
        AppriseChannel([], Sender(False)).send(NOTICE)
    assert caught.value.transient


def test_no_address_at_all_is_a_setting_to_be_mended() -> None:
    with pytest.raises(ConfigError):
        AppriseChannel([" ", ""])


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # apprise's own import
def test_an_address_apprise_does_not_know_is_named_without_its_password() -> None:
    channel = AppriseChannel(["nosuch://user:hunter2@host"])
    with pytest.raises(DeliveryError) as caught:
        channel.send(NOTICE)
    assert "nosuch" in str(caught.value)
    assert "hunter2" not in str(caught.value)
