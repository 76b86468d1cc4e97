"""focus-model.py FOLDER VERSION - the FOCUS dataset that ant-report --focus must write, from the API's own records
focus-model.py FOLDER prices - the rows of the view ant_prices, cells between |

FOLDER has a file TABLE.records for each table that is loaded: the record stream of ant-fetch.  Nothing here is
shared with the SQL of the view: amounts are Decimals of the API's texts.
"""
import collections
import csv
import datetime
import decimal
import json
import os
import sys

decimal.getcontext().prec = 60
D = decimal.Decimal
COUNTS = [("uncached_input_tokens", lambda r: r["uncached_input_tokens"]),
          ("cache_read_input_tokens", lambda r: r["cache_read_input_tokens"]),
          ("cache_creation.ephemeral_5m_input_tokens", lambda r: r["cache_creation"]["ephemeral_5m_input_tokens"]),
          ("cache_creation.ephemeral_1h_input_tokens", lambda r: r["cache_creation"]["ephemeral_1h_input_tokens"]),
          ("output_tokens", lambda r: r["output_tokens"])]
METERS = {"uncached_input_tokens": "Input Tokens", "output_tokens": "Output Tokens",
          "cache_read_input_tokens": "Input Tokens, Cache Hit",
          "cache_creation.ephemeral_5m_input_tokens": "Input Tokens, Cache Write 5m",
          "cache_creation.ephemeral_1h_input_tokens": "Input Tokens, Cache Write 1h"}
REGIONS = {"us": "United States", "global": "Global"}
NULL_IN_1_4 = """AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags
    AvailabilityZone CapacityReservationId CapacityReservationStatus CommitmentDiscountCategory CommitmentDiscountId
    CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountType CommitmentDiscountUnit
    CommitmentProgramEligibilityDetails ContractApplied InvoiceDetailId""".split()


def records(folder, table):
    path = os.path.join(folder, table + ".records")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as lines:
        return [r for r in map(json.loads, lines) if "@ant" not in r]


def results(folder, table):
    for bucket in records(folder, table) or []:
        for row in bucket["results"]:
            yield bucket["starting_at"][:10], row


def tier(name):
    """Cost knows standard and batch; what Priority Tier used has none."""
    return name if name in ("batch", "priority", None) else "standard"


def counted(folder, table, *more):
    """What was used, by (day, workspace, model, tier, window, kind) and the other dimensions."""
    used = collections.Counter()
    for day, r in results(folder, table):
        rest = tuple(r.get(name) or "" for name in more)
        base = (day, r["workspace_id"] or "")
        for kind, of in COUNTS:
            if of(r):
                used[(*base, r["model"] or "", tier(r["service_tier"]) or "", r["context_window"] or "", kind), rest] += of(r)
        searches = (r.get("server_tool_use") or {}).get("web_search_requests")
        if searches:
            # a search is of no model and no place
            used[(*base, "", "", "", "web_search"), tuple("" if n == "inference_geo" else v for n, v in zip(more, rest))] += searches
    return used


def summed(used):
    """Over the other dimensions."""
    sums = collections.Counter()
    for (key, _), n in used.items():
        sums[key] += n
    return sums


def group_of_charge(day, r):
    """What charges and rows of analytics_cost have in common."""
    label = (r["model"] or "") if r["token_type"] else ""
    return day, r["workspace_id"] or "", label, r["token_type"] or r["cost_type"] or "", r["service_tier"] == "batch", r["currency"]


def cost_by_key(folder, workspaces):
    keys = collections.defaultdict(dict)
    for r in records(folder, "analytics_cost") or []:
        g = r["group"]
        if not g["workspace_id"] or not D(r["cost"]["amount"]):
            continue
        ws = g["workspace_id"] if g["workspace_id"] in workspaces else ""
        label = (g["model"] or "") if g["token_type"] else ""
        group = (r["starting_at"][:10], ws, label, g["token_type"] or g["cost_type"] or "", g["product"] == "message_batches_api",
                 r["cost"]["currency"])
        paid, listed = keys[group].get(g["api_key_id"], (D(0), D(0)))
        keys[group][g["api_key_id"]] = paid + D(r["cost"]["amount"]), listed + D(r["cost"]["list_amount"])
    return keys


def plain(number, least):
    """Without zeros at the end, down to so many decimals."""
    whole, _, fraction = format(number, "f").partition(".")
    return whole + "." + fraction.rstrip("0").ljust(least, "0")


def details(r):
    names = [("x_Model", "model"), ("x_TokenType", "token_type"), ("x_ServiceTier", "service_tier"),
             ("x_ContextWindow", "context_window"), ("x_InferenceGeo", "inference_geo")]
    return json.dumps({name: r[of] for name, of in names}, separators=(",", ":"), ensure_ascii=False)


class Model:
    def __init__(self, folder):
        self.charges = list(results(folder, "cost_report"))
        self.used = counted(folder, "usage_by_cost", "inference_geo")
        self.by_key = counted(folder, "usage_report", "api_key_id")
        self.anywhere, self.all_keys = summed(self.used), summed(self.by_key)
        self.keys = cost_by_key(folder, {r["workspace_id"] for _, r in self.charges})
        self.organization = records(folder, "organization")[0]
        self.workspaces = {w["id"]: w for w in records(folder, "workspaces") or []}
        self.names = {k["id"]: k["name"] for k in records(folder, "api_keys") or []}
        self.groups, self.twins, self.places = collections.defaultdict(list), collections.Counter(), collections.Counter()
        for day, r in self.charges:
            self.groups[group_of_charge(day, r)].append(D(r["amount"]))
            self.twins[self.key(day, r), r["inference_geo"]] += 1
            self.places[self.key(day, r)] += r["inference_geo"] is not None

    def key(self, day, r):
        return (day, r["workspace_id"] or "", r["model"] or "", r["service_tier"] or "", r["context_window"] or "",
                r["token_type"] or r["cost_type"] or "")

    def quantity(self, day, r):
        key, geo = self.key(day, r), r["inference_geo"]
        if self.twins[key, geo] > 1:
            return None
        # where no charge says where it ran, it ran anywhere
        return self.used.get((key, (geo or "",))) if self.places[key] else self.anywhere.get(key)

    def quantity_of_key(self, day, r, api_key, total):
        key = self.key(day, r)
        return self.by_key.get((key, (api_key or "",))) if total is not None and self.all_keys[key] == total else None

    def rows(self):
        for day, r in self.charges:
            amount, quantity = D(r["amount"]), self.quantity(day, r)
            group = group_of_charge(day, r)
            keys, charges = self.keys.get(group, {}), self.groups[group]
            if not any(keys) or sum(paid for paid, _ in keys.values()) != sum(charges) or 1 not in (len(keys), len(charges)):
                yield self.row(day, r, amount, amount, quantity, None)
            elif len(charges) > 1:
                yield self.row(day, r, amount, amount, quantity, *keys)
            else:
                for api_key, (paid, listed) in keys.items():
                    n = quantity if len(keys) == 1 else self.quantity_of_key(day, r, api_key, quantity)
                    yield self.row(day, r, paid, listed, n, api_key)

    def row(self, day, r, amount, listed, quantity, api_key):
        start = datetime.date.fromisoformat(day)
        month = start.replace(day=1)
        at = "{}T00:00:00Z".format
        tokens = r["token_type"] is not None
        workspace = self.workspaces.get(r["workspace_id"], {})
        region = None if r["inference_geo"] == "not_available" else r["inference_geo"]
        sku = "{}/{}".format(r["model"], r["token_type"]) if tokens else r["cost_type"]
        cost = plain(amount / 100, 2)
        name = self.organization["name"]
        return {
            "BilledCost": cost, "EffectiveCost": cost, "ContractedCost": cost, "ListCost": plain(listed / 100, 2),
            "BillingAccountId": self.organization["id"], "BillingAccountName": name, "BillingAccountType": "Organization",
            "BillingCurrency": r["currency"], "BillingPeriodStart": at(month),
            "BillingPeriodEnd": at((month + datetime.timedelta(31)).replace(day=1)),
            "ChargePeriodStart": at(start), "ChargePeriodEnd": at(start + datetime.timedelta(1)),
            "ChargeCategory": "Usage", "ChargeFrequency": "Usage-Based", "ChargeDescription": r["description"],
            "ConsumedQuantity": None if quantity is None else f"{quantity}.0",
            "ConsumedUnit": None if quantity is None else "Tokens" if tokens else "Requests",
            "PricingQuantity": None if quantity is None else plain(D(quantity) / (1000000 if tokens else 1000), 1),
            "PricingUnit": None if quantity is None else "1000000 Tokens" if tokens else "1000 Requests",
            "InvoiceIssuerName": "Anthropic", "ProviderName": "Anthropic", "PublisherName": "Anthropic",
            "PricingCategory": "Standard", "RegionId": region, "RegionName": REGIONS.get(region, region),
            "ResourceId": api_key, "ResourceName": api_key and (self.names.get(api_key) or api_key),
            "ResourceType": api_key and "API Key",
            "ServiceCategory": "AI and Machine Learning", "ServiceName": "Claude API", "ServiceSubcategory": "Generative AI",
            "SkuId": sku, "SkuMeter": METERS.get(r["token_type"], r["description"]), "SkuPriceDetails": details(r),
            "SkuPriceId": "/".join([sku, r["service_tier"] or "", r["context_window"] or "", region or ""]),
            "SubAccountId": r["workspace_id"], "SubAccountName": r["workspace_id"] and (workspace.get("name") or r["workspace_id"]),
            "SubAccountType": r["workspace_id"] and "Workspace",
            "Tags": json.dumps(workspace["tags"], separators=(",", ":"), ensure_ascii=False) if workspace.get("tags") is not None else None,
            "x_CostType": r["cost_type"], "x_Model": r["model"], "x_TokenType": r["token_type"],
            "x_ServiceTier": r["service_tier"], "x_ContextWindow": r["context_window"],
        }


def as_1_4(row):
    row = dict(row, HostProviderName=row["ProviderName"], ServiceProviderName=row["ProviderName"],
               PricingCurrency=row["BillingCurrency"], PricingCurrencyEffectiveCost=row["EffectiveCost"])
    del row["ProviderName"], row["PublisherName"]
    return dict(row, **dict.fromkeys(NULL_IN_1_4))


def rounded(numerator, denominator, decimals):
    """The quotient, rounded half away from zero, without zeros at its end."""
    exact = numerator / denominator
    with decimal.localcontext() as context:
        context.prec = 60
        text = format(exact.quantize(D(1).scaleb(-decimals), decimal.ROUND_HALF_UP), "f")
    return trimmed(text)


def trimmed(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


def prices(folder):
    model = Model(folder)
    by_place = records(folder, "usage_by_cost") is not None
    if not by_place:  # use is by key then, and of all places
        model.anywhere = model.all_keys
    units, sums, known = collections.Counter(), collections.Counter(), collections.Counter()
    for day, r in model.charges:
        if r["token_type"]:
            units[model.key(day, r), (r["inference_geo"] or "") if by_place else "", r["currency"]] += D(r["amount"])
    places, currencies = collections.Counter(), collections.defaultdict(set)
    for key, place, currency in units:
        places[key] += place != ""
        currencies[key].add(currency)
    unknown = set()
    for (key, place, currency), amount in units.items():
        n = model.used.get((key, (place,))) if places[key] else model.anywhere.get(key)
        row = (key[0], *key[2:], place, currency)
        sums[row] += amount
        if n is None or len(currencies[key]) > 1:
            unknown.add(row)
        else:
            known[row] += n
    groups, listed = collections.defaultdict(list), collections.defaultdict(lambda: [D(0), D(0)])
    group_of = lambda row: (row[0], row[1], row[4], row[2] == "batch", row[6])
    for row, amount in sums.items():
        groups[group_of(row)].append(amount)
    for (day, _, label, kind, batch, currency), keys in model.keys.items():
        for paid, at_list in keys.values():
            listed[day, label, kind, batch, currency][0] += paid
            listed[day, label, kind, batch, currency][1] += at_list
    for row, amount in sums.items():
        day, name, tier_, window, kind, place, currency = row
        tokens = None if row in unknown else known[row]
        paid, at_list = listed.get(group_of(row), (None, None))
        if paid is None or paid != sum(groups[group_of(row)]) or (len(groups[group_of(row)]) > 1 and paid != at_list):
            at_list = None
        elif paid == at_list:
            at_list = amount
        per = lambda cents: "" if tokens is None or cents is None else rounded(cents * 10000, D(tokens), 12)
        discount = "" if at_list is None or at_list <= 0 or amount < 0 else rounded(at_list - amount, at_list, 6)
        yield "|".join(map(str, (day, name, kind, tier_, window, place, "" if tokens is None else tokens, trimmed(format(amount / 100, "f")),
                                 "" if at_list is None else trimmed(format(at_list / 100, "f")), per(amount), per(at_list), discount, currency)))


def main(folder, version):
    if version == "prices":
        print("\n".join(sorted(prices(folder))))
        return
    rows = [dict(r, ChargeClass=None, CommitmentDiscountStatus=None, InvoiceId=None) for r in Model(folder).rows()]
    by = ["ChargePeriodStart", "BillingAccountId", "SubAccountId", "SkuPriceId", "ChargeDescription", "x_TokenType", "ResourceId",
          "BillingCurrency", "BilledCost"]
    rows.sort(key=lambda r: [(r[c] or "").encode() for c in by])
    if version == "1.4":
        rows = list(map(as_1_4, rows))
    own = ["x_CostType", "x_Model", "x_TokenType", "x_ServiceTier", "x_ContextWindow"]
    out = csv.DictWriter(sys.stdout, sorted(set(rows[0]) - set(own)) + own, lineterminator="\n")
    out.writeheader()
    out.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
