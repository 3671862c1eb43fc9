"""Where stories ask for support, and the pages of campaigns."""
