"""Our side of Stripe, through its own library: hosted Checkout, its objects as facts, its failures as GatewayError."""
