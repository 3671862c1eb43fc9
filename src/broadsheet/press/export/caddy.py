"""Configuration for Caddy: a snippet to import in a site's block."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from broadsheet.press.export.answers import ANSWERS
from broadsheet.press.export.layout import file_of
from broadsheet.press.export.looks import Headers, Looks, exactly
from broadsheet.press.export.site import Site

SNIPPET = r"""# How Caddy answers. Written by broadsheet press export: import this file above the site's block, and in
# the block say `import broadsheet`.
(broadsheet) {{
root * "{root}/site"
{maps}
@bad vars_regexp {{http.request.orig_uri}} (?i)^[^?]*(%2f|%5c|\\|%[01][0-9a-f]|%7f|/(\.|%2e)(\.|%2e)?(/|\?|$))
@doubled vars_regexp {{http.request.orig_uri}} ^[^?]*//
@hollow path_regexp (/index\.html$|\.(br|zst|gz|[0-9][0-9][0-9])$)
@written not method GET HEAD
@page {{
	path_regexp /$
	file {{path}}index.html
}}
@file {{
	not path_regexp /$
	file {{path}}
}}
@with_slash {{
	not path_regexp /$
	file {{
		try_files {with_slash}
	}}
}}
@without_slash file {{
	try_files {without_slash}
}}
@moved_with_slash not vars {{broadsheet_moved_near}} ""
@moved_without_slash not vars {{broadsheet_moved_bare}} ""
route {{
	request_header -If-Modified-Since
	handle @bad {{
{bad}
	}}
{dynamic}
	handle @doubled {{
{missing}
	}}
	handle @hollow {{
{missing}
	}}
	handle @written {{
{readonly}
	}}
{moved_query}
	handle @page {{
{headers}
		header -Last-Modified
		file_server {{
			index index.html
			disable_canonical_uris
			precompressed br zstd gzip
		}}
	}}
	handle @file {{
{headers}
		header -Last-Modified
		file_server {{
			disable_canonical_uris
			precompressed br zstd gzip
		}}
	}}
{withdrawn}
{moved}
{moved_for_now}
	handle @with_slash {{
		header Location "{{http.request.orig_uri.path}}/{{broadsheet_query}}"
{elsewhere}
	}}
	handle @without_slash {{
		header Location "{{broadsheet_bare}}{{broadsheet_query}}"
{elsewhere}
	}}
	handle @moved_with_slash {{
		header Location "{{http.request.orig_uri.path}}/{{broadsheet_query}}"
{elsewhere}
	}}
	handle @moved_without_slash {{
		header Location "{{broadsheet_bare}}{{broadsheet_query}}"
{elsewhere}
	}}
	handle {{
{missing}
	}}
}}
}}
"""

UNASKED = "\t\trequest_header -If-None-Match\n\t\trequest_header -Range\n"
"""Headers of requests that must not turn an answer of another status into 304 or 206."""


def caddy_files(looks: Looks, root: Path, site: Site) -> dict[str, str]:
    """The text of each file by its name."""
    moved: dict[int, dict[str, str]] = {301: {}, 302: {}}
    queries: dict[str, str] = {}
    for path, (status, target) in sorted(looks.redirects.items()):
        if "?" in path:
            queries[_sent(path)] = target
        else:
            moved[301 if status in {301, 308} else 302][path] = target
    told = {sent: f"l{number}" for number, sent in enumerate(dict.fromkeys(looks.rules.values()))}
    missing = {path: f"/{file_of(path, 404)}" for path in looks.missing}
    plain = missing.pop("/404/", "")
    statuses = sorted({look.status for look in looks.rules} - {404})
    ends = ["" if status == 200 else f".{status}" for status in statuses]
    maps = [
        _map(
            "{path}",
            f"{{broadsheet_look_{status}}}",
            [
                (f"~{look.pattern}", told[sent])
                for look, sent in looks.rules.items()
                if look.status == status
            ],
            "none",
        )
        for status in statuses
    ]
    maps += [
        _map("{path}", "{broadsheet_bare}", [("~^(.+)/$", "${1}")], "/:none"),
        _map("{query}", "{broadsheet_query}", [("~^(.+)$", "?${1}")], ""),
        _map(
            "{path}",
            "{broadsheet_missing}",
            [(f"~^{path.removesuffix('404/')}", file) for path, file in missing.items()],
            plain,
        ),
        _map("{path}", "{broadsheet_moved}", moved[301].items(), ""),
        _map("{path}", "{broadsheet_moved_for_now}", moved[302].items(), ""),
        _map("{path}/", "{broadsheet_moved_near}", (moved[301] | moved[302]).items(), ""),
        _map("{broadsheet_bare}", "{broadsheet_moved_bare}", (moved[301] | moved[302]).items(), ""),
        _map("{uri}", "{broadsheet_moved_query}", queries.items(), ""),
    ]
    return {
        "caddy/broadsheet.caddy": SNIPPET.format(
            root=root,
            maps="\n".join(maps),
            with_slash=" ".join(f"{{path}}/index.html{end}" for end in ends),
            without_slash=" ".join(f"{{broadsheet_bare}}{end}" for end in ends),
            headers=_by_look(looks, told, 200),
            dynamic=_dynamic(looks, site),
            withdrawn="\n".join(_withdrawn(looks, told, one) for one in statuses if one != 200),
            missing=_missing(looks, missing, plain),
            moved_query=_moved("broadsheet_moved_query", 301),
            moved=_moved("broadsheet_moved", 301),
            moved_for_now=_moved("broadsheet_moved_for_now", 302),
            **{name: _answer(name) for name in ("bad", "readonly", "elsewhere")},
        )
    }


def quoted(text: str) -> str:
    """A word of a Caddyfile that stands for itself."""
    return '"' + text.replace('"', '\\"').replace("{", "\\{") + '"'


def _sent(path: str) -> str:
    address, _, query = path.partition("?")
    return f"{quote(address, safe=chr(47) + ':@!$&' + chr(39) + '()*+,;=~')}?{query}"


def _map(source: str, target: str, pairs: Iterable[tuple[str, str]], default: str) -> str:
    lines = "".join(f"\t{_pattern(one)} {_value(other)}\n" for one, other in pairs)
    return f"map {source} {target} {{\n{lines}\tdefault {quoted(default)}\n}}"


def _pattern(text: str) -> str:
    """An input of a map: expressions are taken as they are but for quotes."""
    return '"' + text.replace('"', '\\"') + '"' if text.startswith("~") else quoted(text)


def _value(text: str) -> str:
    """An output of a map; what an expression found may stand in it."""
    return f'"{text}"' if "${1}" in text else quoted(text)


def _sends(sent: Headers) -> str:
    # Caddy names Accept-Encoding itself where it sends a compressed form, and nowhere else: ours replaces it.
    return "".join(
        f"\t\t\t{'>' if name == 'vary' else ''}{name.title()} {quoted(value)}\n"
        for name, value in sent
    )


def _by_look(looks: Looks, told: dict[Headers, str], status: int) -> str:
    """Headers of documents with a status, by how their addresses look."""
    used = dict.fromkeys(sent for look, sent in looks.rules.items() if look.status == status)
    return "\n".join(
        f"\t\t@{told[sent]}_{status} vars {{broadsheet_look_{status}}} {told[sent]}\n"
        f"\t\theader @{told[sent]}_{status} {{\n{_sends(sent)}\t\t}}"
        for sent in used
    )


def _withdrawn(looks: Looks, told: dict[Headers, str], status: int) -> str:
    """Documents that answer with another status than 200."""
    return f"""\t@page_{status} {{
\t\tpath_regexp /$
\t\tfile {{path}}index.html.{status}
\t}}
\t@file_{status} {{
\t\tnot path_regexp /$
\t\tfile {{path}}.{status}
\t}}
\thandle @page_{status} {{
{_by_look(looks, told, status)}
{UNASKED}\t\trewrite * {{path}}index.html.{status}
{_files(status)}
\t}}
\thandle @file_{status} {{
{_by_look(looks, told, status)}
{UNASKED}\t\trewrite * {{path}}.{status}
{_files(status)}
\t}}"""


def _files(status: int) -> str:
    return (
        "\t\theader {\n\t\t\t-Last-Modified\n\t\t\t-Etag\n\t\t}\n"
        f"\t\tfile_server {{\n\t\t\tstatus {status}\n\t\t\tdisable_canonical_uris\n"
        "\t\t\tprecompressed br zstd gzip\n\t\t}"
    )


def _missing(looks: Looks, languages: dict[str, str], plain: str) -> str:
    """The not-found page of the address's language, or one sentence where there is none."""
    if not plain:
        return _answer("missing")
    sent = {look.pattern: headers for look, headers in looks.rules.items() if look.status == 404}
    lines = []
    for number, (path, file) in enumerate([*languages.items(), ("/404/", plain)]):
        found = next(headers for pattern, headers in sent.items() if re.search(pattern, path))
        lines.append(
            f"\t\t@missing_{number} vars {{broadsheet_missing}} {file}\n"
            f"\t\theader @missing_{number} {{\n{_sends(found)}\t\t}}"
        )
    lines.append(f"{UNASKED}\t\trewrite * {{broadsheet_missing}}\n{_files(404)}")
    return "\n".join(lines)


def _answer(name: str, status: int | None = None) -> str:
    """An answer of one sentence, from its file."""
    answer = ANSWERS[name]
    body = answer.body.decode().replace("\n", "")
    # A quoted word may run over the end of a line.
    said = f'"{body}\n"' if body else '""'
    return f"\t\theader {{\n{_sends(answer.headers)}\t\t}}\n\t\trespond {said} {status or answer.status}"


def _moved(variable: str, status: int) -> str:
    return f"""\t@{variable} not vars {{{variable}}} ""
\thandle @{variable} {{
\t\theader Location "{{{variable}}}"
{_answer("moved", status)}
\t}}"""


def _dynamic(looks: Looks, site: Site) -> str:
    """What is left to the application, and to the newsstand in front of it."""
    bare = {path.removesuffix("/") for path in (*site.dynamic, *site.pages)}
    single = sorted({*site.pages, *bare, *(one for one in looks.unheld if "?" not in one)})
    patterns = [exactly(prefix).removesuffix("$") for prefix in site.dynamic]
    patterns += [exactly(path) for path in single]
    return f"""\t@dynamic path_regexp {_pattern("~" + "|".join(patterns)).replace("~", "", 1)}
\thandle @dynamic {{
\t\treverse_proxy {site.app}
\t}}"""
