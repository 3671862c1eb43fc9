"""Settings: where each value comes from, and what a mistake says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.project import env
from broadsheet.project.directory import make_directory, settings_text
from broadsheet.project.values import Values


def newsroom(folder: Path, text: str = "") -> Path:
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return folder


def mistake(folder: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(env.SettingsError) as caught:
        env.load(newsroom(folder, text), environ)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    return message


def test_load_nothing_set_gives_defaults(tmp_path: Path) -> None:
    assert env.load(newsroom(tmp_path), {}) == Values()


def test_load_each_source_wins_over_the_next(tmp_path: Path) -> None:
    folder = newsroom(tmp_path, 'name = "from the file"')
    assert env.load(folder, {}).name == "from the file"
    (folder / "secrets" / "name").write_text("from secrets\n", encoding="utf-8")
    assert env.load(folder, {}).name == "from secrets"
    named = tmp_path / "elsewhere"
    named.write_text("from elsewhere\n", encoding="utf-8")
    environ = {"BROADSHEET_NAME_FILE": str(named)}
    assert env.load(folder, environ).name == "from elsewhere"
    environ["BROADSHEET_NAME"] = "from the environment"
    assert env.load(folder, environ).name == "from the environment"


def test_load_environment_gives_every_type(tmp_path: Path) -> None:
    environ = {
        "BROADSHEET_LANGUAGES": "en, ar",
        "BROADSHEET_EMAIL_PORT": "25",
        "BROADSHEET_BEHIND_PROXY": "yes",
    }
    values = env.load(newsroom(tmp_path), environ)
    assert (values.languages, values.email_port, values.behind_proxy) == (("en", "ar"), 25, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "unfinished\n', "line 1"),
        ('name = "x"\nnmae = "y"', "Do you mean “name”?"),
        ("wholly_unknown = 1", "does not exist"),
        ("email_port = true", "a whole number"),
        ('email_port = "587"', "a whole number"),
        ('languages = "en"', "a list of strings"),
        ("languages = []", "at least one"),
        ('languages = ["EN"]', "lower case"),
        ('url = "ledger.example"', "https://example.org"),
        ('time_zone = "Europe/Lisbonn"', "Europe/Lisbon"),
        ('email = "smpt"', "file, console, smtp"),
        ('database_url = "mysql://x"', "postgres://"),
        ('currency = "dollars"', "three capital letters"),
        ('currencies = ["EUR", "EUR"]', "each once"),
        ('currencies = ["euro"]', "three capital letters"),
        ('suggested_gifts = ["USD"]', "one to six amounts"),
        ('suggested_gifts = ["USD ten"]', "one to six amounts"),
        ('suggested_gifts = ["USD 10", "USD 20"]', "one to six amounts"),
        ('name = ""', "not empty"),
        ('email_from = "the\\tnewsroom@ledger.example"', "news@example.org"),
        ("sandbox_port = 0", "1 to 65535"),
        ('email_from = "the newsroom"', "news@example.org"),
        ('hosts = ["https://www.ledger.example"]', "without http://"),
        ('url = "https://ledger.example/news"', "without a path"),
        ('languages = ["en", "qq"]', "“qq”"),
        ('languages = ["en", "en"]', "each once"),
        ('database_url = "postgres://h:port/d"', "cannot be read"),
        ('proxies = ["10.0.0.2", "the proxy"]', "“the proxy”, which is no address"),
        ('hosts = [\n"a",', "line 2"),
    ],
)
def test_load_mistake_in_file_is_one_clear_sentence(tmp_path: Path, text: str, said: str) -> None:
    message = mistake(tmp_path, text)
    assert said in message
    assert "settings.toml" in message


def test_load_mistake_in_environment_names_the_variable(tmp_path: Path) -> None:
    assert "BROADSHEET_EMAIL_PORT" in mistake(tmp_path, BROADSHEET_EMAIL_PORT="many")
    assert "BROADSHEET_BEHIND_PROXY" in mistake(tmp_path, BROADSHEET_BEHIND_PROXY="perhaps")
    assert "/nowhere/at/all" in mistake(tmp_path, BROADSHEET_NAME_FILE="/nowhere/at/all")


def test_load_mistake_in_a_secret_does_not_show_it(tmp_path: Path) -> None:
    assert "hunter2" not in mistake(tmp_path, BROADSHEET_DATABASE_URL="mysql://u:hunter2@h/d")


def test_load_file_in_another_encoding_is_one_clear_sentence(tmp_path: Path) -> None:
    newsroom(tmp_path)
    (tmp_path / "settings.toml").write_bytes('name = "Café"'.encode("latin-1"))
    with pytest.raises(env.SettingsError, match="cannot be read"):
        env.load(tmp_path, {})


def test_newsroom_directory_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(env.SettingsError, match="broadsheet init"):
        env.newsroom_directory({"BROADSHEET_DIR": str(tmp_path)})
    with pytest.raises(env.SettingsError, match="--dir"):
        env.newsroom_directory({})


@given(
    st.fixed_dictionaries(
        {
            "email_user": st.text(st.characters(exclude_categories=["Cs"])),
            "email_port": st.integers(1, 65535),
            "behind_proxy": st.booleans(),
            "hosts": st.lists(st.from_regex(r"[a-z0-9.-]+", fullmatch=True)).map(tuple),
        }
    )
)
def test_settings_text_is_read_back_as_it_was_chosen(
    tmp_path_factory: pytest.TempPathFactory, chosen: dict[str, object]
) -> None:
    folder = newsroom(tmp_path_factory.mktemp("newsroom"), settings_text(chosen))
    assert env.load(folder, {}) == Values(**chosen)


def test_make_directory_keeps_secrets_private(tmp_path: Path) -> None:
    made = tmp_path / "ledger"
    make_directory(made, {"name": "The Ledger"})
    values = env.load(made, {})
    assert values.name == "The Ledger"
    assert len(values.secret_key) == 64
    modes = {path.name: path.stat().st_mode & 0o777 for path in (made / "secrets").iterdir()}
    assert set(modes.values()) == {0o600}
    assert (made / "secrets").stat().st_mode & 0o777 == 0o700


def test_every_network_of_the_handbook_can_be_set(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "run" / "cdn.md"
    rows = [line for line in page.read_text("utf-8").splitlines() if "| `http" in line]
    assert len(rows) == 5
    for row in rows:
        address, form, method, header = (cell.strip(" `") for cell in row.split("|")[2:6])
        text = f'cdn_address = "{address}"\ncdn_form = "{form}"\ncdn_method = "{method}"'
        environ = {"BROADSHEET_CDN_HEADER": header.replace("…", "abc")}
        assert env.load(newsroom(tmp_path, text), environ).cdn_address == address


def test_header_for_the_network_is_a_line_and_is_not_shown(tmp_path: Path) -> None:
    message = mistake(tmp_path, BROADSHEET_CDN_HEADER="kept\nsecret")
    assert "whole line of a header" in message
    assert "kept" not in message
