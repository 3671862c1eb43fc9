"""The desk's own answers: lists for its programs, and the second factor of who signs in."""
