// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The summary a person reads at the end of a run: where rows went, how good the models are, who the
// personas are, who was selected, where things lie.
#include <math.h>
#include <string.h>

#include "run_state.h"

static void show_sources(const struct run *r, FILE *out)
{
    fprintf(out, "%-14s %12s %12s %12s %12s %12s %12s\n", "source", "read", "used", "filtered",
            "unmatched", "outside", "quarantined");
    for (size_t i = 0; i < r->plan->pipeline->n_sources; i++) {
        const struct run_source *s = &r->read[i];
        fprintf(out, "%-14s %12llu %12llu %12llu %12llu %12llu %12llu\n",
                r->plan->pipeline->sources[i].name, (unsigned long long)s->read,
                (unsigned long long)s->balance.used, (unsigned long long)s->balance.filtered,
                (unsigned long long)s->balance.unmatched, (unsigned long long)s->balance.outside,
                (unsigned long long)s->quarantined);
        size_t n = 0;
        const struct quarantine_reason *reasons = quarantine_reasons(s->rejects, &n);
        for (size_t k = 0; k < n && k < 5; k++) {
            fprintf(out, "  %llux %s\n", (unsigned long long)reasons[k].rows, reasons[k].text);
        }
    }
}

static void show_personas(const struct run *r, size_t i, FILE *out)
{
    struct personas personas = {0};
    struct pt_error err = ERROR_INIT;
    const char *name = r->plan->pipeline->models[i].name;
    if (learned_portrait(r->models[i], r->score_table, name, &personas, &err) != PT_OK) {
        fprintf(out, "  no portrait: %s\n", err.message);
    }
    for (size_t k = 0; k < personas.n; k++) {
        const struct persona *p = &personas.items[k];
        fprintf(out, "  %2u  %8llu people %5.1f%%  %s\n", p->segment, (unsigned long long)p->size,
                100 * p->share, p->words);
    }
    personas_release(&personas);
}

static void show_figure(FILE *out, const char *name, double value)
{
    if (!isnan(value)) {
        fprintf(out, ", %s %.4f", name, value);
    }
}

// One line of what has moved away from the training reference.
static void show_drift(const struct learned *m, FILE *out)
{
    bool is_first = true;
    for (size_t i = 0; i <= learned_n_inputs(m); i++) {
        const struct learn_drift d = learned_drift(m, i);
        if (d.psi >= LEARN_DRIFT_WATCH) {
            fprintf(out, "%s %s PSI %.3f (%s)", is_first ? "  drift since training:" : ",", d.name,
                    d.psi, d.verdict);
            is_first = false;
        }
    }
    if (!is_first) {
        fprintf(out, "\n");
    }
}

static void show_models(const struct run *r, FILE *out)
{
    for (size_t i = 0; i < r->plan->pipeline->n_models; i++) {
        const struct learn_summary s = learned_summary(r->models[i]);
        fprintf(out, "model %s (%s): ", r->plan->pipeline->models[i].name,
                r->plan->models[i].component->name);
        if (r->plan->models[i].load_path != NULL) {
            fprintf(out, "loaded from %s", r->plan->models[i].load_path);
        } else {
            fprintf(out, "learnt from %llu rows", (unsigned long long)s.rows);
        }
        if (s.test_rows > 0) {
            fprintf(out, ", judged on %llu others", (unsigned long long)s.test_rows);
        }
        if (s.task == PT_TASK_CLUSTER) {
            show_figure(out, "inertia", s.inertia);
            show_figure(out, "silhouette", s.silhouette);
            fprintf(out, "\n");
            show_drift(r->models[i], out);
            show_personas(r, i, out);
            continue;
        }
        show_figure(out, "accuracy", s.accuracy);
        show_figure(out, "AUC", s.auc);
        show_figure(out, "log-loss", s.log_loss);
        show_figure(out, "lift in the top tenth", s.lift_top);
        show_figure(out, "base rate", s.base_rate);
        show_figure(out, "RMSE", s.rmse);
        show_figure(out, "mean absolute error", s.mae);
        show_figure(out, "R2", s.r2);
        fprintf(out, "\n");
        show_drift(r->models[i], out);
    }
}

static void show_audiences(const struct run *r, FILE *out)
{
    for (size_t i = 0; i < r->plan->pipeline->n_audiences; i++) {
        const struct audience_counts *c = &r->audiences[i].counts;
        fprintf(out,
                "audience %s: %llu people: %llu do not match, %llu without consent, %llu "
                "suppressed, %llu over the limit, %llu held out, %llu selected\n",
                r->plan->pipeline->audiences[i].name, (unsigned long long)c->population,
                (unsigned long long)c->no_match, (unsigned long long)c->no_consent,
                (unsigned long long)c->suppressed, (unsigned long long)c->over_limit,
                (unsigned long long)c->held_out, (unsigned long long)c->selected);
    }
}

static void show_sinks(const struct run *r, FILE *out)
{
    for (size_t i = 0; i < r->plan->pipeline->n_sinks; i++) {
        const struct plan_sink *p = &r->plan->sinks[i];
        const struct run_sink *s = &r->sinks[i];
        if (!p->is_delivery) {
            fprintf(out, "sink %s: %llu rows in %s\n", p->written->name,
                    (unsigned long long)s->rows, p->path);
            continue;
        }
        fprintf(out, "sink %s: %llu of %llu people delivered, %llu pending, %llu rejected%s%s\n",
                p->written->name, (unsigned long long)s->report.accepted.profiles,
                (unsigned long long)s->report.total.profiles,
                (unsigned long long)(s->report.pending.profiles + s->report.exhausted.profiles),
                (unsigned long long)s->report.rejected.profiles,
                s->report.last_error[0] == '\0' ? "" : "; last error: ", s->report.last_error);
    }
    if (r->exit_code == EXIT_PENDING) {
        fprintf(out, "what is pending goes out by: portrait deliver %s%s\n",
                strchr(r->folder.path, '/') == NULL ? "./" : "", r->folder.path);
    }
}

// What did not fit into `memory`.
static void show_spill(const struct run *r, FILE *out)
{
    const struct profile_spill s = profile_spill_of(r->profile);
    if (s.rows + s.identifiers > 0) {
        fprintf(out, "beyond memory: %.1f MB of rows and %.1f MB of identifiers went to disk\n",
                (double)s.rows / 1e6, (double)s.identifiers / 1e6);
    }
}

void record_rows(const struct run *r, FILE *out)
{
    uint64_t read = 0;
    uint64_t placed = 0;
    for (size_t i = 0; r->read != NULL && i < r->plan->pipeline->n_sources; i++) {
        const struct profile_balance *b = &r->read[i].balance;
        read += r->read[i].read;
        placed += b->used + b->filtered + b->unmatched + b->outside + r->read[i].quarantined;
    }
    if (read > 0 && read == placed) {
        show_sources(r, out);
    }
}

void record_summary(const struct run *r, FILE *out)
{
    show_sources(r, out);
    fprintf(out, "profiles: %zu\n", r->score_table->n_rows);
    show_spill(r, out);
    if (r->plan->is_backtest) {
        fprintf(out, "back-test: models learnt from what happened after the time they score\n");
    }
    show_models(r, out);
    show_audiences(r, out);
    show_sinks(r, out);
    fprintf(out, "run folder: %s\n", r->folder.path);
}
