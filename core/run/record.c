// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The record of a run: run.json, the last status line, and the summary for people.
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "clock.h"
#include "fsys.h"
#include "record_metrics.h"
#include "run_state.h"
#include "version.h"

struct totals {
    uint64_t read, used, filtered, unmatched, outside, quarantined, written, delivered, pending;
};

static struct totals sum(const struct run *r)
{
    struct totals t = {0};
    for (size_t i = 0; r->read != NULL && i < r->plan->pipeline->n_sources; i++) {
        const struct run_source *s = &r->read[i];
        t.read += s->read;
        t.quarantined += s->quarantined;
        t.used += s->balance.used;
        t.filtered += s->balance.filtered;
        t.unmatched += s->balance.unmatched;
        t.outside += s->balance.outside;
    }
    for (size_t i = 0; r->sinks != NULL && i < r->plan->pipeline->n_sinks; i++) {
        const struct run_sink *s = &r->sinks[i];
        t.written += s->is_committed ? s->rows : 0;
        t.delivered += s->report.accepted.profiles;
        t.pending += s->report.pending.profiles + s->report.exhausted.profiles;
    }
    return t;
}

void record_status_line(const struct run *r, FILE *out)
{
    struct totals t = sum(r);
    fprintf(out,
            "run=%s status=%s read=%llu used=%llu filtered=%llu unmatched=%llu outside=%llu "
            "quarantined=%llu written=%llu delivered=%llu pending=%llu exit=%d\n",
            r->folder.id == NULL ? "-" : r->folder.id, r->status, (unsigned long long)t.read,
            (unsigned long long)t.used, (unsigned long long)t.filtered,
            (unsigned long long)t.unmatched, (unsigned long long)t.outside,
            (unsigned long long)t.quarantined, (unsigned long long)t.written,
            (unsigned long long)t.delivered, (unsigned long long)t.pending, r->exit_code);
}

static void put_u64(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_put_u64(w, value);
}

static void put_str(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, key);
    json_put_str(w, value);
}

static void put_f64(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_f64(w, value);
}

static void put_time(struct json_writer *w, const char *key, int64_t us)
{
    char text[32];
    time_format(us, text);
    put_str(w, key, text);
}

// Tells which boot of the machine the pid belongs to. Empty where the kernel does not say.
static pt_status read_boot_id(char boot[64], struct pt_error *err)
{
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    boot[0] = '\0';
    int fd = fsys_open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0 && errno == ENOENT) {
        return PT_OK;
    }
    ssize_t n = fd < 0 ? -1 : fsys_read(fd, boot, 63);
    pt_status status = n < 0 ? error_system(err, errno, "%s", path) : PT_OK;
    if (fd >= 0) {
        fsys_close(fd);
    }
    boot[n < 0 ? 0 : n] = '\0';
    boot[strcspn(boot, "\n")] = '\0';
    return status;
}

static pt_status put_process(const struct run *r, struct json_writer *w, struct pt_error *err)
{
    char boot[64];
    TRY(read_boot_id(boot, err));
    json_key(w, "process");
    json_begin_object(w);
    put_u64(w, "pid", (uint64_t)getpid());
    put_str(w, "boot_id", boot);
    put_u64(w, "threads", r->pool == NULL ? 0 : pool_threads(r->pool));
    json_end_object(w);
    return PT_OK;
}

static void put_sources(const struct run *r, struct json_writer *w)
{
    json_key(w, "sources");
    json_begin_array(w);
    for (size_t i = 0; r->read != NULL && i < r->plan->pipeline->n_sources; i++) {
        const struct run_source *s = &r->read[i];
        json_begin_object(w);
        put_str(w, "name", r->plan->pipeline->sources[i].name);
        put_u64(w, "read", s->read);
        put_u64(w, "used", s->balance.used);
        put_u64(w, "filtered", s->balance.filtered);
        put_u64(w, "unmatched", s->balance.unmatched);
        put_u64(w, "outside", s->balance.outside);
        put_u64(w, "quarantined", s->quarantined);
        put_u64(w, "splits", s->splits);
        put_f64(w, "seconds", s->seconds);
        size_t n = 0;
        const struct quarantine_reason *reasons =
            s->rejects == NULL ? NULL : quarantine_reasons(s->rejects, &n);
        json_key(w, "reasons");
        json_begin_array(w);
        for (size_t k = 0; k < n && k < 20; k++) {
            json_begin_object(w);
            put_str(w, "reason", reasons[k].text);
            put_u64(w, "rows", reasons[k].rows);
            json_end_object(w);
        }
        json_end_array(w);
        json_key(w, "network");
        plan_network_json(&r->plan->pipeline->sources[i].network, w);
        json_end_object(w);
    }
    json_end_array(w);
}

// An input that cannot be read any more has no fingerprint, but a reason.
static pt_status put_fingerprint(const struct input *in, uint32_t file, struct json_writer *w)
{
    char print[33] = "";
    struct pt_error why = ERROR_INIT;
    pt_status status = input_fingerprint(in, file, print, &why);
    if (status == PT_E_NO_MEMORY) {
        return status;
    }
    if (status == PT_OK) {
        put_str(w, "fingerprint", print);
    } else {
        put_str(w, "unreadable", why.message);
    }
    return PT_OK;
}

static pt_status put_inputs(const struct run *r, struct json_writer *w)
{
    json_key(w, "inputs");
    json_begin_array(w);
    pt_status status = PT_OK;
    for (size_t i = 0; i < host_services_n_inputs(r->plan->host); i++) {
        const struct input *in = host_services_input_at(r->plan->host, i);
        for (uint32_t k = 0; k < input_count(in); k++) {
            const struct input_file *file = input_file_at(in, k);
            json_begin_object(w);
            put_str(w, "path", file->path);
            put_u64(w, "bytes", file->stored_bytes);
            put_time(w, "modified", file->mtime_us);
            status = status == PT_OK ? put_fingerprint(in, k, w) : status;
            json_end_object(w);
        }
    }
    json_end_array(w);
    return status;
}

static void put_plugin(struct json_writer *w, const struct component_info *c)
{
    json_begin_object(w);
    put_str(w, "component", c->name);
    put_str(w, "plugin", c->plugin->id);
    put_str(w, "version", c->plugin->version);
    put_str(w, "sha256", c->plugin->sha256);
    json_key(w, "trusted_folder");
    json_put_bool(w, c->plugin->is_trusted_dir);
    json_key(w, "isolated");
    json_put_bool(w, c->plugin->is_isolated);
    put_str(w, "signer", c->plugin->grant.signer);
    json_end_object(w);
}

static void put_plugins(const struct run *r, struct json_writer *w)
{
    const struct pipeline *p = r->plan->pipeline;
    json_key(w, "plugins");
    json_begin_array(w);
    for (size_t i = 0; i < p->n_sources; i++) {
        put_plugin(w, r->plan->sources[i].instance.component);
    }
    for (size_t i = 0; i < p->n_models; i++) {
        put_plugin(w, r->plan->models[i].component);
    }
    for (size_t i = 0; i < p->n_sinks; i++) {
        put_plugin(w, r->plan->sinks[i].component);
    }
    json_end_array(w);
}

static void put_audiences(const struct run *r, struct json_writer *w)
{
    json_key(w, "audiences");
    json_begin_array(w);
    for (size_t i = 0; r->audiences != NULL && i < r->plan->pipeline->n_audiences; i++) {
        const struct audience_counts *c = &r->audiences[i].counts;
        json_begin_object(w);
        put_str(w, "name", r->plan->pipeline->audiences[i].name);
        put_u64(w, "population", c->population);
        put_u64(w, "no_match", c->no_match);
        put_u64(w, "no_consent", c->no_consent);
        put_u64(w, "suppressed", c->suppressed);
        put_u64(w, "eligible", c->eligible);
        put_u64(w, "over_limit", c->over_limit);
        put_u64(w, "held_out", c->held_out);
        put_u64(w, "selected", c->selected);
        json_end_object(w);
    }
    json_end_array(w);
}

static void put_report(struct json_writer *w, const struct delivery_report *d)
{
    json_key(w, "delivery");
    json_begin_object(w);
    put_u64(w, "bodies", d->total.bodies);
    put_u64(w, "profiles", d->total.profiles);
    put_u64(w, "accepted", d->accepted.profiles);
    put_u64(w, "rejected", d->rejected.profiles);
    put_u64(w, "exhausted", d->exhausted.profiles);
    put_u64(w, "pending", d->pending.profiles);
    put_u64(w, "requests", d->requests);
    put_str(w, "last_error", d->last_error);
    json_end_object(w);
}

static void put_sinks(const struct run *r, struct json_writer *w)
{
    json_key(w, "sinks");
    json_begin_array(w);
    for (size_t i = 0; r->sinks != NULL && i < r->plan->pipeline->n_sinks; i++) {
        const struct run_sink *s = &r->sinks[i];
        json_begin_object(w);
        put_str(w, "name", r->plan->pipeline->sinks[i].name);
        put_u64(w, "rows", s->rows);
        if (!r->plan->sinks[i].is_delivery) {
            put_str(w, "path", r->plan->sinks[i].path);
            put_u64(w, "bytes", s->bytes);
            put_str(w, "sha256", s->sha256);
            json_key(w, "published");
            json_put_bool(w, s->is_committed);
        }
        if (s->has_report) {
            put_report(w, &s->report);
        }
        json_end_object(w);
    }
    json_end_array(w);
}

static pt_status put_model(const struct learned *model, struct json_writer *w, struct pt_error *err)
{
    struct str report = {0};
    struct json_writer inner = json_writer_of(&report, false);
    pt_status status = learned_report(model, &inner, err);
    if (status == PT_OK && str_get(&report) == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (status == PT_OK) {
        json_put_raw(w, report.p);
    }
    str_release(&report);
    return status;
}

static pt_status put_models(const struct run *r, struct json_writer *w, struct pt_error *err)
{
    json_key(w, "models");
    json_begin_object(w);
    for (size_t i = 0; r->models != NULL && i < r->plan->pipeline->n_models; i++) {
        if (r->models[i] != NULL) {
            json_key(w, r->plan->pipeline->models[i].name);
            TRY(put_model(r->models[i], w, err));
        }
    }
    json_end_object(w);
    return PT_OK;
}

static pt_status put_personas(const struct run *r, struct json_writer *w, struct pt_error *err)
{
    json_key(w, "personas");
    json_begin_object(w);
    for (size_t i = 0; r->models != NULL && i < r->plan->pipeline->n_models; i++) {
        const char *name = r->plan->pipeline->models[i].name;
        if (r->models[i] == NULL || learned_n_segments(r->models[i]) == 0 ||
            table_find(r->score_table, name) < 0) {
            continue;
        }
        struct personas personas = {0};
        TRY(learned_portrait(r->models[i], r->score_table, name, &personas, err));
        json_key(w, name);
        personas_json(&personas, w);
        personas_release(&personas);
    }
    json_end_object(w);
    return PT_OK;
}

static void put_timing(const struct run *r, struct json_writer *w)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    json_key(w, "seconds");
    json_begin_object(w);
    put_f64(w, "read", r->seconds_read);
    put_f64(w, "people", r->seconds_people);
    put_f64(w, "learn", r->seconds_learn);
    put_f64(w, "publish", r->seconds_publish);
    put_f64(w, "deliver", r->seconds_deliver);
    put_f64(w, "all", (double)(clock_monotonic_us() - r->started_us) / 1e6);
    json_end_object(w);
    put_u64(w, "peak_memory_bytes", (uint64_t)use.ru_maxrss * 1024);
    put_u64(w, "spilled_bytes", r->profile == NULL ? 0 : profile_spilled_bytes(r->profile));
}

static void put_vars(const struct run *r, struct json_writer *w)
{
    json_key(w, "vars");
    json_begin_object(w);
    const struct var_settings *vars = r->options->vars;
    for (size_t i = 0; vars != NULL && i < vars->n; i++) {
        put_str(w, vars->items[i].name, vars->items[i].value);
    }
    json_end_object(w);
    put_str(w, "vars_folder", vars == NULL ? "" : vars->folder);
}

static void put_head(const struct run *r, struct json_writer *w)
{
    put_u64(w, "portrait_run", 1);
    put_str(w, "id", r->folder.id);
    put_str(w, "status", r->status);
    json_key(w, "exit");
    if (strcmp(r->status, "RUNNING") == 0) {
        json_put_null(w);
    } else {
        json_put_i64(w, r->exit_code);
    }
    put_str(w, "portrait", PORTRAIT_VERSION);
    put_str(w, "pipeline", r->plan->pipeline->name);
    put_str(w, "file", r->plan->pipeline->file);
    put_str(w, "folder", r->plan->pipeline->folder);
    put_str(w, "wave", r->wave);
    put_time(w, "started", r->options->now_us);
    json_key(w, "ended");
    if (strcmp(r->status, "RUNNING") == 0) {
        json_put_null(w);
    } else {
        char ended[32];
        time_format(r->options->now_us + clock_monotonic_us() - r->started_us, ended);
        json_put_str(w, ended);
    }
    json_key(w, "seed");
    json_put_i64(w, r->plan->pipeline->seed);
    put_vars(r, w);
    if (r->failure.code != PT_OK) {
        put_str(w, "error", r->failure.message);
    }
}

static void put_balance(const struct run *r, struct json_writer *w)
{
    struct totals t = sum(r);
    json_key(w, "balance");
    json_begin_object(w);
    put_u64(w, "read", t.read);
    put_u64(w, "used", t.used);
    put_u64(w, "filtered", t.filtered);
    put_u64(w, "unmatched", t.unmatched);
    put_u64(w, "outside", t.outside);
    put_u64(w, "quarantined", t.quarantined);
    put_u64(w, "written", t.written);
    put_u64(w, "delivered", t.delivered);
    put_u64(w, "pending", t.pending);
    json_end_object(w);
    put_u64(w, "profiles", r->score_table == NULL ? 0 : r->score_table->n_rows);
}

static pt_status put_run(const struct run *r, struct json_writer *w, struct pt_error *err)
{
    json_begin_object(w);
    put_head(r, w);
    TRY(put_process(r, w, err));
    put_balance(r, w);
    put_sources(r, w);
    put_audiences(r, w);
    put_sinks(r, w);
    TRY(put_models(r, w, err));
    TRY(put_personas(r, w, err));
    put_timing(r, w);
    put_plugins(r, w);
    if (put_inputs(r, w) != PT_OK) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    json_end_object(w);
    return PT_OK;
}

// The record stands: figures for a monitor that cannot be written do not change how the run ended.
static void say_metrics(const struct run *r, struct text record)
{
    struct pt_error why = ERROR_INIT;
    if (record_metrics_write(r->folder.path, record, &why) != PT_OK) {
        fprintf(r->options->screen, "warning: no metrics.prom: %s\n", why.message);
    }
}

pt_status record_write(const struct run *r, struct pt_error *err)
{
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, true);
    pt_status status = put_run(r, &w, err);
    str_add_char(&text, '\n');
    if (status == PT_OK && str_get(&text) == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (status == PT_OK) {
        status = run_folder_write(&r->folder, "run.json", str_view(&text), err);
    }
    if (status == PT_OK && strcmp(r->status, "RUNNING") != 0) {
        say_metrics(r, str_view(&text));
    }
    str_release(&text);
    return status;
}
