"""What WordPress's data means here: addresses, dates, names, and HTML as blocks. Pure: no Django, no network."""
