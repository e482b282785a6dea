"""The container file keeps what it promises: not root, read-only, nothing open to others, no file needed beside it but the project."""

from __future__ import annotations

from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "compose.yaml").read_text("utf-8")
yaml = pytest.importorskip("yaml")


def test_every_service_is_confined_and_watched() -> None:
    services = yaml.safe_load(TEXT)["services"]
    assert set(services) == {"monitor", "postgres"}
    for service in services.values():
        assert service["user"] not in ("0", "root")
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["healthcheck"]["test"]


def test_only_this_machine_reaches_the_port_and_postgres_is_asked_for() -> None:
    services = yaml.safe_load(TEXT)["services"]
    assert services["monitor"]["ports"] == ["127.0.0.1:8000:8000"]
    assert services["postgres"]["profiles"] == ["postgres"]
    assert "ports" not in services["postgres"]
    assert "dockerfile_inline" in services["monitor"]["build"]
