"""The only place that talks to payment processors; imports no Django, so that the sandbox stays small."""
