"""The webhook: what is posted, and what each answer means."""

from __future__ import annotations

import hashlib
import hmac
import json

import httpx
import pytest
import respx

from monitor.errors import ConfigError, DeliveryError
from monitor.notify import Outgoing
from monitor.notify.webhook import Webhook

URL = "https://hooks.example/secret-path"
NOTICE = Outgoing("c-7f3a91:new", "new", '{"id": "c-7f3a91", "title": "Zahl geändert"}', {"id": "c-7f3a91"})


def webhook(secret: str | None = None, url: str = URL) -> Webhook:
    return Webhook(url, now_s=lambda: 1741781100.9, secret=secret)


@respx.mock
def test_the_notice_is_posted_as_it_is_stored_with_its_stable_key() -> None:
    route = respx.post(URL).respond(204)
    webhook().send(NOTICE)
    request = route.calls.last.request
    assert json.loads(request.content) == {"id": "c-7f3a91", "title": "Zahl geändert"}
    assert request.headers["Idempotency-Key"] == "c-7f3a91:new"
    assert request.headers["Content-Type"] == "application/json"
    assert "X-Monitor-Signature" not in request.headers


@respx.mock
def test_with_a_secret_body_and_time_are_signed() -> None:
    route = respx.post(URL).respond(200)
    webhook("s3cret").send(NOTICE)
    request = route.calls.last.request
    expected = hmac.new(b"s3cret", b"1741781100." + request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Monitor-Timestamp"] == "1741781100"
    assert request.headers["X-Monitor-Signature"] == f"sha256={expected}"


@respx.mock
@pytest.mark.parametrize(
    ("status", "transient"),
    [(500, True), (503, True), (429, True), (408, True), (400, False), (401, False), (404, False), (410, False), (302, False)],
)
def test_the_answer_says_whether_trying_again_can_help(status: int, transient: bool) -> None:
    respx.post(URL).respond(status, headers={"Location": "http://169.254.169.254/"})
    with pytest.raises(DeliveryError) as caught:
        webhook().send(NOTICE)
    assert caught.value.transient is transient


@respx.mock
@pytest.mark.parametrize(
    ("written", "wait_s"),
    [("120", 120), ("99999999", 7 * 86400), ("soon", None), ("-5", None), ("١٢", None), ("9" * 500, None), ("", None)],
)
def test_a_wait_that_is_asked_for_is_passed_on_within_bounds(written: str, wait_s: float | None) -> None:
    respx.post(URL).mock(httpx.Response(429, headers=[(b"Retry-After", written.encode())]))
    with pytest.raises(DeliveryError) as caught:
        webhook().send(NOTICE)
    assert caught.value.retry_after_s == wait_s


@respx.mock
@pytest.mark.parametrize("fault", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("junk")])
def test_a_network_fault_is_transient_and_names_only_the_host(fault: Exception) -> None:
    respx.post(URL).mock(side_effect=fault)
    with pytest.raises(DeliveryError) as caught:
        webhook().send(NOTICE)
    assert caught.value.transient
    assert "hooks.example" in str(caught.value)
    assert "secret-path" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://hooks.example", "hooks.example", "", "https://", "file:///etc/passwd"])
def test_an_address_that_is_no_web_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ConfigError):
        webhook(url=url)


def test_half_a_surrogate_pair_in_a_body_does_no_harm() -> None:
    with respx.mock:
        respx.post(URL).respond(200)
        webhook().send(Outgoing("k", "new", '{"quote": "\ud800"}', {}))
