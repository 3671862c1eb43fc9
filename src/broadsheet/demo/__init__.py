"""The sample newsroom: an invented town's paper in two languages, made only through other apps' actions."""
