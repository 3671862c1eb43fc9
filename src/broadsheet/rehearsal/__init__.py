"""A year of giving in a minute: invented supporters, banks and faults around the newsroom's own actions and tasks."""
