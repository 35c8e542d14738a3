"""How the API shows an account: profile, debts, bills, means of payment, mails, each with all of its keys."""

from __future__ import annotations

import sqlite3

from reconciler.sandbox.views import Payload, moment

SUBSIDIARIES = {"EU": "GB", "CA": "CA", "US": "US"}
CURRENCIES = {"EU": ("EUR", "€"), "CA": ("CAD", "$"), "US": ("USD", "$")}
INVOICE = 9.99  # what each unpaid invoice comes to


def price(value: float, region: str) -> Payload:
    """Return an `order.Price`."""
    code, symbol = CURRENCIES[region]
    text = f"{value:.2f} {symbol}"
    return {
        "currencyCode": code,
        "priceInUcents": round(value * 100_000_000),
        "text": text,
        "value": round(value, 2),
    }


def mail(row: sqlite3.Row) -> Payload:
    """Return a `nichandle.EmailNotification`."""
    return {"body": row["body"], "date": moment(row["sent"]), "id": row["id"], "subject": row["subject"]}


def nichandle(row: sqlite3.Row) -> Payload:
    """Return a `nichandle.Nichandle`."""
    code, symbol = CURRENCIES[row["region"]]
    unknown = dict.fromkeys(
        (
            *("address", "area", "birthCity", "birthDay", "city", "companyNationalIdentificationNumber"),
            *("complementaryAddress", "corporationType", "fax", "italianSDI", "kycValidated"),
            *("nationalIdentificationNumber", "organisation", "phone", "phoneCountry", "phoneType"),
            *("purposeOfPurchase", "sex", "spareEmail", "vat", "zip"),
        )
    )
    return unknown | {
        "country": SUBSIDIARIES[row["region"]],
        "currency": {"code": code, "symbol": symbol},
        "customerCode": row["id"],
        "email": row["email"],
        "firstname": "Sandbox",
        "language": row["language"],
        "legalform": "corporation",
        "name": row["id"],
        "nichandle": row["id"],
        "ovhCompany": "ovh",
        "ovhSubsidiary": SUBSIDIARIES[row["region"]],
        "state": "complete",
    }


def debt_balance(row: sqlite3.Row) -> Payload:
    """Return a `debt.Balance`."""
    due = row["unpaid_invoices"] * INVOICE
    nothing = price(0, row["region"])
    return {
        "active": bool(row["unpaid_invoices"]),
        "dueAmount": price(due, row["region"]),
        "pendingAmount": nothing,
        "todoAmount": price(due, row["region"]),
        "unmaturedAmount": nothing,
    }


def debt(row: sqlite3.Row, number: int) -> Payload:
    """Return a `debt.Debt` for the account's unpaid invoice `number`."""
    amount, nothing = price(INVOICE, row["region"]), price(0, row["region"])
    return {
        "amount": amount,
        "date": moment(row["created"]),
        "debtId": number,
        "dueAmount": amount,
        "dueDate": moment(row["created"]),
        "orderId": number,
        "pendingAmount": nothing,
        "status": "UNPAID",
        "todoAmount": amount,
        "unmaturedAmount": nothing,
    }


def payment_method(row: sqlite3.Row, number: int) -> Payload:
    """Return a `me.payment.PaymentMethod` for the account's only one."""
    return {
        "billingContactId": None,
        "creationDate": moment(row["created"]),
        "default": True,
        "description": None,
        "expirationDate": None,
        "formSessionId": None,
        "icon": {"data": None, "name": "credit-card", "url": None},
        "integration": "NONE",
        "label": "**** 4242",
        "lastUpdate": moment(row["created"]),
        "merchantId": None,
        "oneclick": False,
        "paymentMeanId": None,
        "paymentMethodId": number,
        "paymentSubType": None,
        "paymentType": "CREDIT_CARD",
        "status": "VALID",
    }


def bill_id(number: int) -> str:
    """Return the name of the account's unpaid invoice `number`."""
    return f"GB{number:08}"


def bill(row: sqlite3.Row, number: int) -> Payload:
    """Return a `billing.Bill` for the account's unpaid invoice `number`."""
    amount, nothing = price(INVOICE, row["region"]), price(0, row["region"])
    return {
        "billId": bill_id(number),
        "category": "autorenew",
        "date": moment(row["created"]),
        "orderId": number,
        "password": "sandbox",
        "pdfUrl": f"https://sandbox.invalid/{bill_id(number)}.pdf",
        "priceWithTax": amount,
        "priceWithoutTax": amount,
        "tax": nothing,
        "url": f"https://sandbox.invalid/{bill_id(number)}.html",
    }
