"""What the checkout page says, in the languages it knows."""

from __future__ import annotations

_ENGLISH = {
    "lang": "en",
    "dir": "ltr",
    "sandbox": "This is a rehearsal stage: no money moves, whatever you choose.",
    "title": "Checkout",
    "pay": "Pay",
    "decline": "Have the card declined",
    "authenticate": "Be asked to confirm (3-D Secure)",
    "delay": "Pay by a bank debit that takes its time",
    "abandon": "Go back without paying",
    "confirm": "Confirm the payment",
    "fail": "Refuse to confirm",
    "asks": "Your bank asks you to confirm this payment.",
    "declined": "The payment was declined. Nothing was charged. You can try again.",
    "paid": "The payment is made.",
    "expired": "This checkout has expired. Nothing was charged.",
    "back": "Back to the newsroom",
    "closed": "No such checkout",
    "unknown": "There is no checkout at this address. Nothing was charged.",
}

_ARABIC = {
    "lang": "ar",
    "dir": "rtl",
    "sandbox": "هذه ساحة تدريب: لا ينتقل أي مال مهما اخترت.",
    "title": "الدفع",
    "pay": "ادفع",
    "decline": "اجعل البطاقة تُرفض",
    "authenticate": "اطلب التأكيد (3-D Secure)",
    "delay": "ادفع بخصم مصرفي يستغرق وقتًا",
    "abandon": "عُد من دون دفع",
    "confirm": "أكّد الدفعة",
    "fail": "ارفض التأكيد",
    "asks": "يطلب مصرفك تأكيد هذه الدفعة.",
    "declined": "رُفضت الدفعة. لم يُخصم شيء. يمكنك المحاولة مرة أخرى.",
    "paid": "تمت الدفعة.",
    "expired": "انتهت مهلة هذه الصفحة. لم يُخصم شيء.",
    "back": "العودة إلى الصحيفة",
    "closed": "لا توجد صفحة دفع كهذه",
    "unknown": "لا توجد صفحة دفع في هذا العنوان. لم يُخصم شيء.",
}


def words_for(locale: str) -> dict[str, str]:
    """The words of a locale such as `ar` or `ar-EG`; English where we have none."""
    return _ARABIC if locale.partition("-")[0] == "ar" else _ENGLISH
