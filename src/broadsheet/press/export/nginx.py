"""Configuration for nginx as Debian ships it: no module is needed for brotli, zstandard or headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from broadsheet.press.export.answers import ANSWERS
from broadsheet.press.export.layout import SUFFIXES, file_of
from broadsheet.press.export.looks import Headers, Looks, exactly
from broadsheet.press.export.site import Site

HTTP = r"""# What nginx has to know of addresses. Written by broadsheet press export: include it in the http block.
map_hash_max_size {most};
map_hash_bucket_size {longest};
map $http_accept_encoding $broadsheet_form {{
    default "";
{forms}
}}
map $http_accept_encoding $broadsheet_first_form {{
    default "";
    {gzip} .gz;
}}
map $uri $broadsheet_coding {{
    default "";
    ~\.br$ br;
    ~\.zst$ zstd;
    ~\.gz$ gzip;
}}
map $uri $broadsheet_file {{
    default $uri;
    ~/$ "${{uri}}index.html";
}}
map $uri $broadsheet_bare {{
    default "/:none";
    "~^(?<broadsheet_stem>.+)/$" $broadsheet_stem;
}}
map $request_uri $broadsheet_sent {{
    default "";
    "~^(?<broadsheet_whole>[^?]*)" $broadsheet_whole;
}}
map $request_uri $broadsheet_sent_bare {{
    default "";
    "~^(?<broadsheet_before>[^?]*)/(\?|$)" $broadsheet_before;
}}
map $request_uri $broadsheet_bad {{
    default "";
    "~*^[^?]*(%2f|%5c|\\\\|%[01][0-9a-f]|%7f|/(\.|%2e)(\.|%2e)?(/|\?|$))" 1;
}}
map $request_uri $broadsheet_doubled {{
    default "";
    "~^[^?]*//" 1;
}}
map $uri $broadsheet_hollow {{
    default "";
    "~(/index\.html|\.(br|zst|gz|[0-9][0-9][0-9]))$" 1;
}}
map $uri $broadsheet_missing {{
    default {missing};
{languages}
}}
map $uri $broadsheet_look {{
    default "";
{looks}
}}
{headers}
"""

REDIRECTS = """# Where documents have moved. Written by broadsheet press export: include it in the http block.
map $uri $broadsheet_moved {{
    default "";
{moved}
}}
map $uri $broadsheet_moved_for_now {{
    default "";
{for_now}
}}
# The same with a slash more, or one less, than was asked for.
map "$uri/" $broadsheet_moved_near {{
    default "";
{moved}
{for_now}
}}
map $broadsheet_bare $broadsheet_moved_bare {{
    default "";
{moved}
{for_now}
}}
map "$uri$is_args$args" $broadsheet_moved_query {{
    default "";
{queries}
}}
"""

SERVER = """# How nginx answers. Written by broadsheet press export: include it in the server block.
absolute_redirect off;
server_tokens off;
types {{}}
default_type "";
if_modified_since off;
log_not_found off;
root "{root}/site";

location / {{
    if ($broadsheet_bad) {{ return 420; }}
    if ($broadsheet_doubled) {{ return 404; }}
    if ($broadsheet_hollow) {{ return 404; }}
    if ($request_method !~ "^(GET|HEAD)$") {{ return 405; }}
    if ($broadsheet_moved_query) {{ return 423; }}
    try_files $broadsheet_file$broadsheet_form $broadsheet_file$broadsheet_first_form $broadsheet_file @absent;
{errors}
{add}
}}
location @absent {{
{withdrawn}
    if ($broadsheet_moved) {{ return 418; }}
    if ($broadsheet_moved_for_now) {{ return 419; }}
    if ($broadsheet_moved_near) {{ return 421; }}
    if ($broadsheet_moved_bare) {{ return 422; }}
{near}
    return 404;
{errors}
}}
{places}
{dynamic}
"""

PLACE = """location @{name} {{
    etag off;
    max_ranges 0;
    root "{root}/{folder}";
    try_files {files};
{add}{more}
}}
"""

PROXY = """location {where} {{
    client_max_body_size {most};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://{app};
}}
"""


def nginx_files(looks: Looks, root: Path, site: Site) -> dict[str, str]:
    """The text of each file by its name."""
    return {
        "nginx/http.conf": _http(looks),
        "nginx/redirects.conf": _redirects(looks),
        "nginx/server.conf": _server(looks, root, site),
    }


def quoted(text: str) -> str:
    """A parameter of nginx's configuration that stands for itself."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _map(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"    {quoted(one)} {quoted(other)};" for one, other in pairs)


# What nginx knows of addresses ------------------------------------------------------------------


def _http(looks: Looks) -> str:
    keys = [*looks.redirects, *looks.missing]
    longest = max((len(key.encode()) for key in keys), default=0) + 64
    known = {sent: f"l{number}" for number, sent in enumerate(dict.fromkeys(looks.rules.values()))}
    lines = [(f"~^/:{name}$", name) for name in ANSWERS]
    for look, sent in looks.rules.items():
        end = "" if look.status == 200 else rf"\.{look.status}"
        page = look.pattern.removesuffix("$")
        # The address of a page ends with a slash, its file has a name.
        file = re.sub(r"/(\(\.\*/\)\?)?$", r"/\1index\\.html", page)
        lines.append((rf"~{file}{end}(\.(br|zst|gz))?$", known[sent]))
    missing = {path: f"/{file_of(path, 404)}" for path in looks.missing}
    told = {name: answer.headers for name, answer in ANSWERS.items()}
    return HTTP.format(
        most=max(2048, 2 * len(keys)),
        longest=1 << max(7, longest.bit_length()),
        forms=_map((_accepts(coding), suffix) for coding, suffix in SUFFIXES.items()),
        gzip=quoted(_accepts("gzip")),
        missing=quoted(missing.pop("/404/", "/:none")),
        languages=_map((f"~^{path.removesuffix('404/')}", file) for path, file in missing.items()),
        looks=_map(lines),
        headers=_headers({name: sent for sent, name in known.items()} | told),
    )


def _accepts(coding: str) -> str:
    """A reader who takes this coding, whatever weight it has but none (RFC 9110, 12.5.3)."""
    return rf"~*(^|,)\s*(x-)?{coding}\s*(;\s*q=(0\.0*[1-9]|1)[0-9.]*\s*)?(,|$)"


def _headers(told: dict[str, Headers]) -> str:
    names = sorted({name for sent in told.values() for name, _value in sent})
    return "\n".join(
        f'map $broadsheet_look ${_variable(name)} {{\n    default "";\n'
        + _map((look, dict(sent)[name]) for look, sent in told.items() if name in dict(sent))
        + "\n}"
        for name in names
    )


def _variable(header: str) -> str:
    return f"broadsheet_{header.replace('-', '_')}"


def _redirects(looks: Looks) -> str:
    sorted_out: dict[str, list[tuple[str, str]]] = {"moved": [], "for_now": [], "queries": []}
    alike: dict[str, int] = {}
    for path in looks.redirects:
        alike[path.lower()] = alike.get(path.lower(), 0) + 1
    for path, (status, target) in sorted(looks.redirects.items()):
        kind = "queries" if "?" in path else "moved" if status in {301, 308} else "for_now"
        # nginx takes two addresses for one where only capital letters differ, unless they are expressions.
        escaped = re.escape(path) if alike[path.lower()] > 1 else ""
        sorted_out[kind].append((f"~^{escaped}$" if escaped else path, target.replace("$", "%24")))
    return REDIRECTS.format(**{kind: _map(pairs) for kind, pairs in sorted_out.items()})


# How nginx answers ------------------------------------------------------------------------------


def _server(looks: Looks, root: Path, site: Site) -> str:
    names = {name for sent in looks.rules.values() for name, _value in sent}
    names |= {name for answer in ANSWERS.values() for name, _value in answer.headers}
    add = "".join(
        f"    add_header {name.title()} ${_variable(name)} always;\n" for name in sorted(names)
    )
    add += "    add_header Content-Encoding $broadsheet_coding always;\n"
    # A file's time is made from its bytes and says nothing of when.
    add += '    add_header Last-Modified "";'
    withdrawn = sorted({look.status for look in looks.rules} - {200, 404})
    lines = [
        "error_page 404 @missing;",
        "error_page 405 @readonly;",
        "error_page 418 =301 @moved;",
        "error_page 419 =302 @moved_for_now;",
        "error_page 420 =400 @bad;",
        "error_page 421 =301 @with_slash;",
        "error_page 422 =301 @without_slash;",
        "error_page 423 =301 @moved_query;",
        *(f"error_page {status} @withdrawn_{status};" for status in withdrawn),
    ]
    return SERVER.format(
        root=root,
        add=add,
        errors="\n".join(f"    {line}" for line in lines),
        withdrawn="\n".join(
            f'    if (-f "{root}/site$broadsheet_file.{status}") {{ return {status}; }}'
            for status in withdrawn
        ),
        near="\n".join(
            f'    if (-f "{root}/site{file}") {{ return {code}; }}'
            for end in ("", *(f".{status}" for status in withdrawn))
            for file, code in ((f"$uri/index.html{end}", 421), (f"$broadsheet_bare{end}", 422))
        ),
        places="".join(_places(root, add, withdrawn)),
        dynamic="".join(_dynamic(looks, site)),
    )


def _places(root: Path, add: str, withdrawn: list[int]) -> Iterator[str]:
    """A named location for each kind of answer that is no document's own."""
    for name, file, status in (
        ("missing", "$broadsheet_missing", 404),
        *((f"withdrawn_{status}", f"$broadsheet_file.{status}", status) for status in withdrawn),
    ):
        files = f"{file}$broadsheet_form {file}$broadsheet_first_form {file} ={status}"
        yield PLACE.format(name=name, root=root, folder="site", files=files, add=add, more="")
    for name, answer, location in (
        ("moved", "moved", "$broadsheet_moved"),
        ("moved_for_now", "moved", "$broadsheet_moved_for_now"),
        ("moved_query", "moved", "$broadsheet_moved_query"),
        ("with_slash", "elsewhere", "$broadsheet_sent/$is_args$args"),
        ("without_slash", "elsewhere", "$broadsheet_sent_bare$is_args$args"),
        ("bad", "bad", ""),
    ):
        more = f'\n    add_header Location "{location}" always;' if location else ""
        files = f"/:{answer} ={ANSWERS[answer].status}"
        yield PLACE.format(name=name, root=root, folder="answers", files=files, add=add, more=more)

    # Nothing but reading is allowed to files, this sentence's too.
    sentence = ANSWERS["readonly"].body.decode().strip()
    yield f'location @readonly {{\n    rewrite ^ /:readonly;\n    return 405 "{sentence}\\n";\n{add}\n}}\n'


def _dynamic(looks: Looks, site: Site) -> Iterator[str]:
    """What is left to the application, and to the newsstand in front of it."""
    for prefix in site.dynamic:
        most = "50m" if prefix == "/desk/" else "1m"
        yield PROXY.format(where=f"^~ {quoted(prefix)}", app=site.app, most=most)
    bare = {path.removesuffix("/") for path in (*site.dynamic, *site.pages)}
    single = {*site.pages, *bare, *(one for one in looks.unheld if "?" not in one)}
    for path in sorted(single):
        # By an expression: nginx takes no longer name for a place than 255 bytes.
        where = f"~ {quoted(exactly(path))}"
        yield PROXY.format(where=where, app=site.app, most="1m")
