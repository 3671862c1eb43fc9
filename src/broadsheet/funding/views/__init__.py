"""What funding answers: pages of the edition, the confirm and thank-you pages, webhooks."""
