"""Every threshold and weight marked [D] in the metric definitions: one versioned table, overridable by a file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tools.errors import BadData
from tools.text import Text, same

VERSION = "1"

DEFAULTS: Mapping[str, float] = {
    # profile (metrics §0)
    "profile_service_share": 0.20,
    "profile_months_share": 0.80,
    "profile_min_span_months": 6,
    "usage_quantity_share": 0.50,  # of months in which the quantity of a charge changes: metered use
    # recurring revenue (§1)
    "late_renewal_days": 14,
    "rate_age_days": 31,
    "rhythm_near_days": 15,
    "rhythm_share": 0.50,
    "rhythm_peers": 5,
    "habit_invoices": 3,
    "habit_days": 14,
    # statistical honesty (§9)
    "min_accounts": 30,
    "max_ci_width": 0.20,
    "max_ci_relative": 1.2,
    "names_only_below": 5,
    "shrink_weight": 20,
    # segments (§4)
    "newcomer_days": 90,
    "vrs_advocate": 80,
    "vrs_growth": 60,
    "vrs_fall": 15,
    "chs_red": 35,  # components are percentiles, so half of any base lies below 50
    "chs_green": 65,
    "usage_drop": 0.30,
    "usage_min_days": 8,
    "overdue_days": 30,
    "advocacy_days": 365,
    "pause_days": 90,
    "quiet_days": 366,
    "quiet_days_of_usage": 62,
    "contraction_drop": 0.10,
    "limit_share": 0.80,
    "limit_months_hit": 2,
    "limit_months_seen": 3,
    "silence_days": 90,
    # six-group view (§4): the group, 1 to 6, that shows each value segment (tools/segments/six.py)
    "six_lost": 1,
    "six_newcomers": 2,
    "six_at_risk": 3,
    "six_advocates": 4,
    "six_core": 4,
    "six_growth": 5,
    "six_steady": 6,
    "six_unknown": 6,
    # health (§5): weights of known components
    "chs_weight_usage": 25,
    "chs_weight_adoption": 20,
    "chs_weight_value": 20,
    "chs_weight_support": 10,
    "chs_weight_relationship": 15,
    "chs_weight_payment": 10,
    "chs_min_coverage": 0.6,
    "chs_band_accounts": 30,
    "chs_change_months": 3,
    "chs_snapshots": 4,
    "chs_events_per_part": 10,
    "chs_isotonic_events": 200,
    # churn model (§8): windows, what is enough to fit and to judge, what gives a leak away
    "churn_months": 3,
    "churn_lead_days": 7,
    "churn_observations": 8,
    "churn_min_tenure_days": 30,
    "churn_events_per_feature": 10,
    "churn_min_features": 3,
    "churn_min_test_events": 20,
    "churn_boost_events": 200,
    "churn_boost_gain": 0.01,
    "leak_auc": 0.90,
    "leak_auc_alone": 0.80,
    "leak_chance": 0.000001,
    "leak_claim_margin": 0.024,
    "campaign_days": 90,
    "campaign_rest_days": 14,  # ours: no campaign to a client contacted this lately
    "campaign_min_arm": 2,  # ours: units in an arm below which no effect can be computed at all
    # clusters, an exploration (§4)
    "cluster_min_accounts": 50,
    "cluster_min_ari": 0.80,
    "cluster_min_share": 0.05,
    "cluster_min_values": 20,
    # LTV (§2)
    "ltv_horizon_months": 60,
    "ltv_discount_year": 0.10,
    "ltv_min_repeat": 300,
    "ltv_max_correlation": 0.30,
    "ltv_min_cohorts": 2,
    "ltv_min_renewals": 3,
    "ltv_recent_months": 6,
    # adoption, up-sell and cross-sell (§8)
    "adoption_days": 90,
    "limit_horizon_days": 365,
    "rule_min_joint": 10,
    "rule_max_q": 0.10,
    # voice and culture (§7)
    "enps_min_answers": 7,
    "culture_max_spread": 2,
    "culture_min_respondents": 5,
    # windows
    "rfm_window_days": 365,
    "rfm_long_interval_days": 90,
    "renewal_days": 60,
    "indexation_share": 0.20,
    # which action goes first (§8): gravity of the finding, what its money is, completeness of the data, grade of the card
    "rank_urgent": 1.0,
    "rank_warning": 0.4,
    "rank_info": 0.15,
    "rank_good": 0.3,
    "rank_leaving": 1.0,
    "rank_gain": 0.5,
    "rank_exposed": 0.1,
    "rank_ok": 1.0,
    "rank_partial": 0.75,
    "rank_published": 1.0,
    "rank_vendor": 0.8,
    "rank_reported": 0.8,
    "rank_ours": 0.7,
    "rank_unverified": 0.5,
    # the plan: its length, hours a week of each department where none are stated, what a quick win may take
    "plan_days": 90,
    "plan_hours_product": 16,
    "plan_hours_marketing": 16,
    "plan_hours_support": 32,
    "plan_hours_sales": 16,
    "plan_quick_hours": 8,
    "plan_difference": 0.10,  # the smallest change of a share that a trial of an action should show
    # targets of metrics, as stated policy
    "target_nrr": 1.0,
    "target_grr": 0.90,
    "target_logo_churn": 0.10,
    "target_ttv": 30,
    "target_vrs": 80,
    "target_chs": 65,
    "target_nps": 30,
    "target_concentration": 0.10,
    "target_culture": 75,
    "target_report_coverage": 0.80,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds in force; ``policy["chs_red"]`` is one of them."""

    values: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULTS))
    name: str = f"default {VERSION}"

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    @property
    def hash(self) -> str:
        """Sixteen hex digits over all thresholds."""
        return hashlib.sha256(json.dumps(dict(self.values), sort_keys=True).encode()).hexdigest()[:16]

    def target(self, key: str) -> float | None:
        """The policy's target of a metric, or None where it states none."""
        return self.values.get(f"target_{key}")

    @staticmethod
    def load(path: Path | None) -> "Policy":
        """The default policy, or the one a YAML file of ``key: number`` lines changes; unknown keys are refused."""
        if path is None:
            return Policy()
        try:
            given = yaml.safe_load(path.read_text("utf-8")) or {}
        except FileNotFoundError as error:
            raise BadData(Text(f"There is no policy file {path}.", f"Нет файла политики {path}.")) from error
        except OSError as error:
            raise BadData(Text(f"Policy file {path} cannot be read.", f"Файл политики {path} не читается.")) from error
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise BadData(
                Text(
                    f"Policy file {path} is not YAML of `threshold: number` lines.",
                    f"Файл политики {path} — не YAML со строками «порог: число».",
                )
            ) from error
        wrong = [
            str(key)
            for key, value in (given.items() if isinstance(given, dict) else [(given, None)])
            if key not in DEFAULTS or isinstance(value, bool) or not isinstance(value, int | float)
        ]
        if wrong:
            names = same(", ".join(wrong))
            raise BadData(
                Text(
                    f"Policy file {path}: {{names}} — not a known threshold with a number; see tools/policy.py.",
                    f"Файл политики {path}: {{names}} — нет такого порога или это не число; список в tools/policy.py.",
                ).fill(names=names)
            )
        return Policy({**DEFAULTS, **{key: float(value) for key, value in given.items()}}, path.name)
