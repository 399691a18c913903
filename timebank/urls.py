from django.urls import path, re_path

from timebank.views import accounts, banks, clearing, transfers

_ID = r"(?P<public_id>[a-z0-9]{8,16})"

urlpatterns = [
    re_path(rf"^groups/{_ID}/timebank/new$", banks.new_bank, name="timebank-new"),
    re_path(rf"^timebanks/{_ID}$", banks.bank_page, name="timebank"),
    re_path(rf"^timebanks/{_ID}/edit$", banks.edit_bank, name="timebank-edit"),
    re_path(rf"^timebanks/{_ID}/withdrawal$", banks.withdraw_bank, name="timebank-withdrawal"),
    re_path(rf"^timebanks/{_ID}/joining$", banks.join_bank, name="timebank-joining"),
    re_path(rf"^timebanks/{_ID}/accounts$", accounts.accounts_page, name="timebank-accounts"),
    re_path(rf"^timebanks/{_ID}/clearing$", clearing.clearings_page, name="timebank-clearings"),
    re_path(rf"^timebanks/{_ID}/clearing/new$", clearing.new_clearing, name="timebank-clearing-new"),
    path("timebank/", transfers.my_hours, name="my-hours"),
    re_path(rf"^timebank/accounts/{_ID}$", accounts.account_page, name="time-account"),
    re_path(rf"^timebank/accounts/{_ID}/name$", accounts.rename, name="time-account-name"),
    re_path(rf"^timebank/accounts/{_ID}/limit$", accounts.limit, name="time-account-limit"),
    re_path(rf"^timebank/accounts/{_ID}/closing$", accounts.close, name="time-account-closing"),
    re_path(rf"^timebank/accounts/{_ID}/transfers/new$", transfers.new_transfer, name="transfer-new"),
    re_path(rf"^timebank/transfers/{_ID}$", transfers.transfer_page, name="transfer"),
    re_path(rf"^timebank/transfers/{_ID}/thanks$", transfers.thanks, name="transfer-thanks"),
    re_path(
        rf"^timebank/transfers/{_ID}/(?P<step>confirming|declining|taking-back)$",
        transfers.take_step,
        name="transfer-step",
    ),
    re_path(rf"^timebank/clearing/{_ID}$", clearing.clearing_page, name="clearing"),
    re_path(rf"^timebank/clearing/{_ID}/ending$", clearing.end_clearing, name="clearing-ending"),
    re_path(rf"^timebank/clearing/{_ID}/comparing$", clearing.compare, name="clearing-comparing"),
]
