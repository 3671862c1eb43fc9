"""A process that answers as Stripe does, as far as it is asked; `docs/develop/stripe.md` says what is assumed."""
