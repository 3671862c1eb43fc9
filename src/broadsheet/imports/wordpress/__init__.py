"""Moving in from WordPress: its export is read, mapped to our blocks and registers, and written by actions."""
