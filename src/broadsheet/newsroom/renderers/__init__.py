"""How the newsroom's objects become public documents.

`kinds` calls these (each returns a `kit.public.Document` or None; all data through `queries`):
`pages.document(page)` for a live front page, section, static page or story;
`lists.month_document(scope, month)`, None when the scope has no live story in that month;
`lists.author_document(pk)` and `lists.topic_document(pk)`, None when there is nothing to show;
`feeds.feed_document(format, scope)`; `pages.text_document(story)`;
`errors.missing_document(code)` at `<prefix>/404/` with status 404;
`errors.gone(path)` with status 410 at the address of what was withdrawn;
`sitemaps.sitemap_document(ident)` for `index`, `<code>/<yyyy-mm>`, `<code>/pages`; `sitemaps.robots_document()`;
`pages.preview(page)` gives the document's HTML for a draft and fills the slot `page.preview`.
"""
