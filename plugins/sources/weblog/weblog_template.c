// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A format text becomes atoms (a literal byte or a field), then items (what stands between blanks,
// or between quotes), then steps: every field with the text that ends it. An item of a field and
// text of its own (`uid=%{uid}`, `%v:%p`) gets a DASH step before it, because a log writes `-` for
// the whole of it.
#include "weblog_template.h"

#include <stdio.h>
#include <string.h>

#include "weblog_directive.h"

#define ATOMS_MAX 1024u

struct atom {
    int16_t field; // -1 = a literal byte
    char byte;
};

struct item {
    uint32_t begin; // first atom
    uint32_t end;   // behind the last
    bool is_quoted;
    bool is_mixed;  // fields and literals
    bool has_caret; // has a %^, which may stand for a dash itself
};

struct compiler {
    struct weblog_format *f;
    struct weblog_fault *fault;
    uint32_t n_atoms;
    uint32_t n_run;    // literal bytes not yet in a step
    int32_t open_step; // a field step that waits for its text, -1 = none
    int32_t dash_step; // of the item we are in, -1 = none
    bool keeps_text;   // the open step only looks for its text
    struct atom atoms[ATOMS_MAX];
    char run[ATOMS_MAX];
};

static const struct weblog_preset presets[] = {
    {"combined", "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
     "Apache combined, nginx default", false, false},
    {"common", "%h %l %u %t \"%r\" %>s %b", "Apache common (NCSA)", false, false},
    {"vhost", "%v %h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
     "combined after host or host:port", false, false},
    {"nginx-main",
     "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" \"%{X-Forwarded-For}i\"",
     "nginx packages' main: combined and X-Forwarded-For", false, false},
    {"traefik",
     "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %{request_count} "
     "\"%{router}\" \"%{server_url}\" %{ms}Tms",
     "Traefik's common log format", false, false},
    {"vhost_combined", "%v %h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
     "the same as vhost", false, false},
    {"nginx", "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
     "the same as combined", false, false},
    {"iis",
     "%h, %u, %{date:%m/%d/%y}t, %{time:%H:%M:%S}t, %{service}, %{server}, %{server_ip}, "
     "%{duration_ms}, %{bytes_in}, %{bytes}, %s, %{win32_status}, %m, %U, %q,",
     "IIS log file format, comma-separated", true, false},
    {"alb",
     "%{type} %{ts} %{elb} %h %{target} %{request_processing_time} %{target_processing_time} "
     "%{response_processing_time} %s %{target_status} %{bytes_in} %{bytes} \"%r\" "
     "\"%{User-Agent}i\" %{ssl_cipher} %{ssl_protocol} %{target_group} \"%{trace_id}\" "
     "\"%{domain_name}\" \"%{certificate}\" %{rule_priority} %{request_time} \"%{actions}\" "
     "\"%{redirect_url}\" \"%{error_reason}\" \"%{targets}\" \"%{target_statuses}\" "
     "\"%{classification}\" \"%{classification_reason}\" %{connection_trace_id} "
     "\"%{transformed_host}\" \"%{transformed_uri}\" \"%{transform_status}\"",
     "AWS Application Load Balancer", true, true},
    {"elb",
     "%{ts} %{elb} %h %{target} %{request_processing_time} %{target_processing_time} "
     "%{response_processing_time} %s %{target_status} %{bytes_in} %{bytes} \"%r\" "
     "\"%{User-Agent}i\" %{ssl_cipher} %{ssl_protocol}",
     "AWS Classic Load Balancer", true, true}};

const struct weblog_preset *weblog_presets(uint32_t *n)
{
    *n = sizeof presets / sizeof presets[0];
    return presets;
}

static bool fail(struct weblog_fault *fault, const char *why)
{
    snprintf(fault->text, sizeof fault->text, "%s", why);
    return false;
}

static bool atom_push(struct compiler *c, int32_t field, char byte)
{
    if (c->n_atoms == ATOMS_MAX) {
        return fail(c->fault, "the format is too long");
    }
    c->atoms[c->n_atoms++] = (struct atom){(int16_t)field, byte};
    return true;
}

// %U%q is one field, the path with its query.
static bool atoms_join_uri(struct compiler *c)
{
    struct weblog_format *f = c->f;
    if (c->n_atoms < 2 || c->atoms[c->n_atoms - 2].field < 0 ||
        c->atoms[c->n_atoms - 1].field < 0) {
        return true;
    }
    struct weblog_field *path = &f->fields[c->atoms[c->n_atoms - 2].field];
    const struct weblog_field *query = &f->fields[c->atoms[c->n_atoms - 1].field];
    if (path->role != WEBLOG_PATH || query->role != WEBLOG_QUERY) {
        return fail(c->fault, "two fields with nothing between them");
    }
    f->by_role[WEBLOG_URI] = f->by_role[WEBLOG_PATH];
    f->by_role[WEBLOG_PATH] = f->by_role[WEBLOG_QUERY] = -1;
    path->role = WEBLOG_URI;
    f->n_fields--;
    c->n_atoms--;
    return true;
}

static bool atoms_directive(struct compiler *c, const char **p, const char *end)
{
    struct weblog_directive d;
    if (!weblog_directive_parse(p, end, c->f, &d, c->fault)) {
        return false;
    }
    if (d.field < 0) {
        return atom_push(c, -1, d.literal);
    }
    bool is_good = !d.is_bracketed || atom_push(c, -1, '[');
    is_good = is_good && atom_push(c, d.field, 0) && atoms_join_uri(c);
    return is_good && (!d.is_bracketed || atom_push(c, -1, ']'));
}

static bool atoms_parse(struct compiler *c, const char *text)
{
    const char *end = text + strlen(text);
    for (const char *p = text; p < end;) {
        c->fault->at = (uint32_t)(p - text);
        bool is_good = true;
        if (weblog_directive_begins(p, end)) {
            is_good = atoms_directive(c, &p, end);
        } else if (*p == '\\' && p + 1 < end) {
            char escaped = p[1] == 't' ? '\t' : p[1];
            is_good = atom_push(c, -1, escaped);
            p += 2;
        } else {
            is_good = atom_push(c, -1, *p++);
        }
        if (!is_good) {
            return false;
        }
    }
    return true;
}

static bool is_blank(const struct atom *a)
{
    return a->field < 0 && (a->byte == ' ' || a->byte == '\t');
}

static bool is_quote(const struct atom *a)
{
    return a->field < 0 && a->byte == '"';
}

// The item that begins at atom `at` (no blank).
static struct item item_find(const struct compiler *c, uint32_t at)
{
    struct item item = {.begin = at, .is_quoted = is_quote(&c->atoms[at])};
    item.begin += item.is_quoted ? 1 : 0;
    uint32_t i = item.begin;
    bool has_field = false;
    bool has_literal = false;
    for (; i < c->n_atoms; i++) {
        const struct atom *a = &c->atoms[i];
        if (is_quote(a) || (!item.is_quoted && is_blank(a))) {
            break;
        }
        has_field = has_field || a->field >= 0;
        has_literal = has_literal || a->field < 0;
        item.has_caret =
            item.has_caret || (a->field >= 0 && weblog_directive_is_caret(c->f, a->field));
    }
    item.end = i;
    bool is_bracketed = i == item.begin + 3 && c->atoms[item.begin].byte == '[' &&
                        c->atoms[item.begin + 1].field >= 0 && c->atoms[item.begin + 2].byte == ']';
    item.is_mixed = has_field && has_literal && !is_bracketed;
    return item;
}

static struct weblog_step *step_add(struct compiler *c, enum weblog_mode mode)
{
    if (c->f->n_steps == WEBLOG_STEPS_MAX) {
        fail(c->fault, "the format has too many parts");
        return NULL;
    }
    struct weblog_step *step = &c->f->steps[c->f->n_steps++];
    *step = (struct weblog_step){.mode = mode};
    return step;
}

static bool literal_add(struct compiler *c)
{
    struct weblog_step *step = step_add(c, WEBLOG_STEP_LITERAL);
    if (step == NULL || !weblog_format_keep(c->f, c->run, c->n_run, &step->text)) {
        return fail(c->fault, "the format is too long");
    }
    step->eat = (uint8_t)step->text.n;
    return true;
}

// A bare field that such text ends holds no blank; other text (` | `) may have blanks before it.
static bool run_ends_word(const struct compiler *c)
{
    if (c->run[0] != ' ' && c->run[0] != '\t') {
        return false;
    }
    for (uint32_t i = 1; i < c->n_run; i++) {
        if (memchr(" \t-[\"", c->run[i], 5) == NULL) {
            return false;
        }
    }
    return true;
}

// Gives the collected literal to the field before it, or makes it a step.
static bool run_flush(struct compiler *c)
{
    if (c->n_run == 0) {
        return true;
    }
    if (c->n_run > UINT8_MAX) {
        return fail(c->fault, "more than 255 bytes between two fields");
    }
    bool is_good = true;
    if (c->open_step >= 0) {
        struct weblog_step *step = &c->f->steps[c->open_step];
        is_good = weblog_format_keep(c->f, c->run, c->n_run, &step->text);
        step->eat = c->keeps_text ? 0 : (uint8_t)c->n_run;
        if (step->mode == WEBLOG_STEP_UNTIL && run_ends_word(c)) {
            step->mode = WEBLOG_STEP_WORD;
        }
        if (is_good && c->keeps_text) {
            is_good = literal_add(c);
        }
    } else {
        is_good = literal_add(c);
    }
    c->open_step = -1;
    c->keeps_text = false;
    c->n_run = 0;
    return is_good || fail(c->fault, "the format is too long");
}

static bool field_step(struct compiler *c, const struct item *item, uint32_t at)
{
    if (!run_flush(c)) {
        return false;
    }
    bool is_last = at + 1 == item->end;
    enum weblog_mode mode = WEBLOG_STEP_UNTIL;
    if (item->is_quoted) {
        mode = is_last ? WEBLOG_STEP_QUOTED : WEBLOG_STEP_INSIDE;
    }
    struct weblog_step *step = step_add(c, mode);
    if (step == NULL) {
        return false;
    }
    step->field = (uint8_t)c->atoms[at].field;
    c->open_step = (int32_t)(step - c->f->steps);
    return true;
}

static bool item_open(struct compiler *c, const struct item *item)
{
    c->dash_step = -1;
    if (!item->is_mixed || item->has_caret) {
        return true;
    }
    if (!run_flush(c)) {
        return false;
    }
    struct weblog_step *step = step_add(c, WEBLOG_STEP_DASH);
    if (step == NULL) {
        return false;
    }
    c->dash_step = (int32_t)(step - c->f->steps);
    char next = item->end < c->n_atoms ? c->atoms[item->end].byte : '\0';
    step->until = (uint8_t)next;
    return true;
}

// Behind a mixed item a step begins, so that the dash has a place to go to.
static bool item_close(struct compiler *c)
{
    if (c->dash_step < 0) {
        return true;
    }
    if (c->n_run > 0) {
        if (!run_flush(c)) {
            return false;
        }
    } else {
        c->keeps_text = c->open_step >= 0;
    }
    c->f->steps[c->dash_step].skip = (uint8_t)c->f->n_steps;
    return true;
}

static bool run_push(struct compiler *c, char byte)
{
    c->run[c->n_run++] = byte;
    return true;
}

static bool item_steps(struct compiler *c, const struct item *item)
{
    if (item->is_quoted) {
        run_push(c, '"');
    }
    if (!item_open(c, item)) {
        return false;
    }
    for (uint32_t i = item->begin; i < item->end; i++) {
        const struct atom *a = &c->atoms[i];
        bool is_good = a->field >= 0 ? field_step(c, item, i) : run_push(c, a->byte);
        if (!is_good) {
            return false;
        }
    }
    if (!item_close(c)) {
        return false;
    }
    if (!item->is_quoted) {
        return true;
    }
    return item->end < c->n_atoms ? run_push(c, '"') : fail(c->fault, "a quote is not closed");
}

static bool steps_build(struct compiler *c)
{
    for (uint32_t i = 0; i < c->n_atoms;) {
        if (is_blank(&c->atoms[i])) {
            run_push(c, c->atoms[i++].byte);
            continue;
        }
        struct item item = item_find(c, i);
        if (!item_steps(c, &item)) {
            return false;
        }
        i = item.end + (item.is_quoted ? 1 : 0);
    }
    if (c->open_step >= 0 && c->n_run == 0) {
        c->f->steps[c->open_step].mode = WEBLOG_STEP_REST;
        c->open_step = -1;
    }
    return run_flush(c);
}

// `preset tail` with the preset's text in place of its name.
static bool text_expand(const char *text, char *out, size_t capacity, bool *is_balancer)
{
    size_t n = strcspn(text, " ");
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
        if (strlen(presets[i].name) == n && strncmp(presets[i].name, text, n) == 0) {
            *is_balancer = presets[i].is_balancer;
            return (size_t)snprintf(out, capacity, "%s%s", presets[i].format, text + n) < capacity;
        }
    }
    return (size_t)snprintf(out, capacity, "%s", text) < capacity;
}

// A format without %b takes %O for the bytes of the answer.
static bool bytes_choose(struct weblog_format *f)
{
    int8_t field = f->by_role[WEBLOG_BYTES_OUT];
    if (f->by_role[WEBLOG_BYTES] >= 0 || field < 0) {
        return true;
    }
    const char *name = weblog_role_name(WEBLOG_BYTES);
    f->fields[field].role = WEBLOG_BYTES;
    f->by_role[WEBLOG_BYTES] = field;
    f->by_role[WEBLOG_BYTES_OUT] = -1;
    return weblog_format_keep(f, name, strlen(name), &f->fields[field].name);
}

// Balancers add fields at the end from time to time; up to the user agent there is no line without.
static void required_count(struct weblog_format *f)
{
    for (uint32_t i = 0; i < f->n_steps; i++) {
        bool is_agent = f->steps[i].mode == WEBLOG_STEP_QUOTED &&
                        f->steps[i].field == f->by_role[WEBLOG_USER_AGENT];
        f->n_required = is_agent ? i + 1 : f->n_required;
    }
}

// A word that stands where a preset would, in a format that reads no time: a preset misspelt.
static bool is_preset_missed(const struct weblog_format *f, const char *text, int *n)
{
    *n = (int)strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return *n > 0 && text[*n] == ' ' && f->by_role[WEBLOG_TIME] < 0;
}

bool weblog_template_compile(struct weblog_format *f, const char *text, struct weblog_fault *fault)
{
    char expanded[ATOMS_MAX];
    enum weblog_prefix prefix = f->prefix;
    bool allow_missing = f->allow_missing;
    weblog_format_init(f, WEBLOG_TEMPLATE);
    f->prefix = prefix;
    f->allow_missing = allow_missing;
    *fault = (struct weblog_fault){.at = 0};
    struct compiler c = {.f = f, .fault = fault, .open_step = -1, .dash_step = -1};
    if (!text_expand(text, expanded, sizeof expanded, &f->is_balancer)) {
        return fail(fault, "the format is too long");
    }
    if (!atoms_parse(&c, expanded) || !steps_build(&c)) {
        return false;
    }
    if (f->n_fields == 0) {
        return fail(fault, "neither a preset nor a text with directives");
    }
    int n = 0;
    if (is_preset_missed(f, text, &n)) {
        snprintf(fault->text, sizeof fault->text,
                 "`%.*s` is no preset, and as a text the format reads no time", n, text);
        return false;
    }
    f->starts_quoted = f->n_steps > 0 && f->steps[0].text.n > 0 && expanded[0] == '"';
    required_count(f);
    return bytes_choose(f) || fail(fault, "the format is too long");
}
