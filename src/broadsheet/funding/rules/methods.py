"""Ways to pay that can be switched off, by processor and in its own words."""

from __future__ import annotations

from broadsheet.funding.choices import Method, ProcessorKind

METHODS: dict[ProcessorKind, tuple[str, ...]] = {
    ProcessorKind.SANDBOX: ("card", "debit"),
    ProcessorKind.STRIPE: tuple(
        "alipay amazon_pay bacs_debit bancontact blik boleto card cashapp eps giropay ideal klarna mobilepay "
        "p24 pay_by_bank paypal pix promptpay revolut_pay satispay sepa_debit sofort swish twint "
        "us_bank_account wechat_pay".split()
    ),
    ProcessorKind.OFFLINE: (Method.TRANSFER, Method.CHEQUE, Method.CASH),
}
