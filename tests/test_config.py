"""Settings from monitor.toml, variables and secret files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor import config
from monitor.cli.home import settings_text
from monitor.errors import ConfigError


def test_without_anything_every_setting_has_its_default(tmp_path: Path) -> None:
    settings = config.load(tmp_path, {})
    assert (settings.fetch_timeout_s, settings.fetch_max_bytes, settings.host_delay_s, settings.report_at) == (30, 10_000_000, 1, "07:05")
    assert settings.database == f"sqlite:///{tmp_path / 'var' / 'monitor.db'}"
    assert settings.password is None


def test_a_variable_wins_over_a_secret_file_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('contact = "file"\nproxy = "http://file:1"\nreport_at = "06:00"\n')
    (tmp_path / "secret").write_text("from-secret\n")
    secret = str(tmp_path / "secret")
    settings = config.load(tmp_path, {"MONITOR_CONTACT": "variable", "MONITOR_CONTACT_FILE": secret, "MONITOR_PROXY_FILE": secret})
    assert (settings.contact, settings.proxy, settings.report_at) == ("variable", "from-secret", "06:00")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert config.load(tmp_path, {"MONITOR_REPORT_AT": ""}).report_at == "07:05"


def test_lists_are_comma_lists_in_variables_and_lists_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('notify = ["json://a", "json://b"]\n')
    settings = config.load(tmp_path, {"MONITOR_ALLOW_HOSTS": "127.0.0.1:8001, LOCALHOST:80,[::1]:90"})
    assert settings.allow_hosts == ("127.0.0.1:8001", "localhost:80", "[::1]:90")
    assert [n.get_secret_value() for n in settings.notify] == ["json://a", "json://b"]


def test_the_home_comes_from_its_variable_when_none_is_given(tmp_path: Path) -> None:
    assert config.load(None, {"MONITOR_HOME": str(tmp_path)}).home == tmp_path


def test_an_unknown_key_is_told_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("# limits\nfetch_timeout = 3\n")
    with pytest.raises(ConfigError, match=r"monitor.toml:2: unknown setting 'fetch_timeout' \(did you mean 'fetch_timeout_s'\?\)"):
        config.load(tmp_path, {})


def test_all_bad_values_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('host_delay_s = "x"\nreport_at = "25:00"\n')
    with pytest.raises(ConfigError) as error:
        config.load(tmp_path, {"MONITOR_TIMEZONE": "Mars", "MONITOR_PASSWORD_FILE": "/nowhere", "MONITOR_ALLOW_HOSTS": "localhost"})
    text = str(error.value)
    assert "\n" not in text
    for part in (
        "monitor.toml:1: host_delay_s",
        "monitor.toml:2: report_at",
        "MONITOR_TIMEZONE: 'Mars'",
        "MONITOR_PASSWORD_FILE",
        "MONITOR_ALLOW_HOSTS",
    ):
        assert part in text


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e400", "", "1" * 5000])
def test_absurd_numbers_are_refused_in_one_line(tmp_path: Path, value: str) -> None:
    (tmp_path / "monitor.toml").write_text(f'fetch_timeout_s = "{value}"\n')
    with pytest.raises(ConfigError, match="fetch_timeout_s"):
        config.load(tmp_path, {})


def test_unreadable_settings_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("contact = me@example.org\n[table]\n")
    with pytest.raises(ConfigError, match=r"monitor.toml:1: not readable as TOML"):
        config.load(tmp_path, {})


def test_a_misspelled_variable_is_noticed() -> None:
    found = config.strangers({"MONITOR_PASWORD": "x", "MONITOR_HOME": "/", "MONITOR_CONTACT_FILE": "f", "PATH": "/bin"})
    assert [(p.where, p.hint) for p in found] == [("MONITOR_PASWORD", "did you mean 'MONITOR_PASSWORD'?")]


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    names = ("password", "webhook_url", "notify", "database_url", "proxy", "webhook_secret")
    settings = config.load(
        tmp_path, {f"MONITOR_{n.upper()}": "https://user:hidden@host/hidden" for n in names if n not in ("database_url", "proxy")}
    )
    settings = settings.model_copy(update={"database_url": "postgresql://u:hidden@h/d", "proxy": "http://u:hidden@h"})
    assert "hidden" not in str(settings.shown())
    assert "hidden" not in repr({n: getattr(settings, n) for n in ("password", "webhook_url", "notify", "webhook_secret")})


def test_the_settings_file_of_init_is_accepted_when_every_line_is_uncommented(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in settings_text().splitlines() if " = " in line and line.startswith("# ")]
    optional = ("webhook_url", "webhook_secret", "password")
    (tmp_path / "monitor.toml").write_text("\n".join(line for line in lines if not line.startswith(optional)))
    assert config.load(tmp_path, {}) == config.load(tmp_path / "none", {}).at(tmp_path)


def test_loading_reads_the_real_environment_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [v for v in os.environ if v.startswith("MONITOR_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("MONITOR_FETCH_RETRIES", "5")
    assert config.load(tmp_path).fetch_retries == 5


def test_secrets_of_sources_come_from_variables_or_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k2\n")
    environ = {
        "MONITOR_SECRET_ONE": "k1",
        "MONITOR_SECRET_TWO_FILE": str(tmp_path / "key"),
        "MONITOR_SECRET_ONE_FILE": str(tmp_path / "key"),
        "HOME": "/",
    }
    assert config.secrets(environ) == {"MONITOR_SECRET_ONE": "k1", "MONITOR_SECRET_TWO": "k2"}
    with pytest.raises(ConfigError, match="MONITOR_SECRET_X_FILE: the file '/nowhere' cannot be read"):
        config.secrets({"MONITOR_SECRET_X_FILE": "/nowhere"})
