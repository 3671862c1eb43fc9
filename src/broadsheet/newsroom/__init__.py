"""The newsroom's content: stories, sections, topics, authors, pictures, front pages."""
