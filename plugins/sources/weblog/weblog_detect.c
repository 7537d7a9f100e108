// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_detect.h"

#include <stdio.h>
#include <string.h>

#include "pt_utf8.h"
#include "weblog_json.h"
#include "weblog_template.h"

// Formats we know by name but do not read.
static const char *const refused[] = {"haproxy"};

static bool fail(struct weblog_fault *fault, const char *why)
{
    snprintf(fault->text, sizeof fault->text, "%s", why);
    return false;
}

static const struct weblog_flavour *flavour_find(const char *name)
{
    uint32_t n = 0;
    const struct weblog_flavour *flavours = weblog_flavours(&n);
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(flavours[i].name, name) == 0) {
            return &flavours[i];
        }
    }
    return NULL;
}

static bool is_by_name(const char *format)
{
    return strcmp(format, "auto") == 0 || strcmp(format, "w3c") == 0 ||
           strcmp(format, "cloudfront") == 0 || strcmp(format, "json") == 0 ||
           flavour_find(format) != NULL;
}

bool weblog_detect_check(const char *format, bool allow_missing, struct weblog_fault *fault)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (strcmp(refused[i], format) == 0) {
            snprintf(fault->text, sizeof fault->text, "format `%s` is not read yet", format);
            return false;
        }
    }
    if (is_by_name(format)) {
        return true;
    }
    struct weblog_format f = {.allow_missing = allow_missing};
    return weblog_template_compile(&f, format, fault);
}

// Reads the sample by a format; counts good lines and lines that are records.
static void sample_try(const struct weblog_format *f, const struct weblog_wish *wish,
                       const struct weblog_sample *sample, struct weblog_found *found)
{
    struct weblog_record record = {0};
    struct weblog_row row = {0};
    struct weblog_w3c_header header = {0};
    struct weblog_time_reader time;
    weblog_row_time(f, wish->offset_s, &time);
    found->n_good = 0;
    found->n_lines = 0;
    for (uint32_t i = 0; i < sample->n; i++) {
        const uint8_t *p = sample->line[i].p;
        size_t n = sample->line[i].n;
        if (sample->file_begins[i]) {
            header = (struct weblog_w3c_header){0};
        }
        if (f->kind == WEBLOG_W3C && p[0] == '#') {
            weblog_w3c_directive(f, &header, p, n);
            continue;
        }
        found->n_lines++;
        if (pt_utf8_check(p, n) != PT_UTF8_GOOD) {
            continue;
        }
        size_t prefix = weblog_prefix_length(f->prefix, p, n);
        struct weblog_reason why = {NULL, -1};
        if (f->kind == WEBLOG_W3C) {
            why = weblog_w3c_parse(f, &header, p + prefix, n - prefix, &record);
        } else if (f->kind == WEBLOG_JSON) {
            why = weblog_json_parse(f, p + prefix, n - prefix, &record);
            why.text = why.text == NULL && !weblog_json_is_access(f, &record) ? "none" : why.text;
        } else {
            why = weblog_template_parse(f, p + prefix, n - prefix, &record);
        }
        if (why.text == NULL) {
            why = weblog_row_check(f, &record, &time, &header, &row);
        }
        found->n_good += why.text == NULL ? 1 : 0;
    }
}

// Which members of a flavour's map have a value in some line of the sample: a bit a pair.
static uint64_t sample_members(const struct weblog_sample *sample, enum weblog_prefix prefix,
                               const char *const *map)
{
    struct weblog_format f;
    struct weblog_fault fault;
    struct weblog_record record = {0};
    uint64_t seen = 0;
    weblog_format_init(&f, WEBLOG_JSON);
    for (const char *const *m = map; *m != NULL; m += 2) {
        if (!weblog_json_map(&f, "x", m[1], &fault)) {
            return 0;
        }
    }
    for (uint32_t i = 0; i < sample->n; i++) {
        const uint8_t *p = sample->line[i].p;
        size_t n = sample->line[i].n;
        size_t skip = weblog_prefix_length(prefix, p, n);
        if (weblog_json_parse(&f, p + skip, n - skip, &record).text != NULL) {
            continue;
        }
        for (uint32_t k = 0; k < f.n_fields; k++) {
            seen |= record.field[k].p != NULL ? UINT64_C(1) << k : 0;
        }
    }
    return seen;
}

// The user's map first, then of the flavour's the members the sample has, then the others, so that
// members that come later are read too.
static bool json_build(const struct weblog_flavour *flavour, const struct weblog_wish *wish,
                       const struct weblog_sample *sample, struct weblog_format *f,
                       struct weblog_fault *fault)
{
    enum weblog_prefix prefix = f->prefix;
    weblog_format_init(f, WEBLOG_JSON);
    f->prefix = prefix;
    f->allow_missing = wish->allow_missing;
    for (uint32_t i = 0; i < wish->mapping.n; i++) {
        if (!weblog_json_map(f, wish->mapping.columns[i], wish->mapping.members[i], fault)) {
            return false;
        }
    }
    uint64_t seen = sample_members(sample, prefix, flavour->map);
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (const char *const *m = flavour->map; *m != NULL; m += 2) {
            bool is_seen = (seen >> ((m - flavour->map) / 2) & 1) != 0;
            if ((pass == 1 || is_seen) && !weblog_json_map(f, m[0], m[1], fault)) {
                return false;
            }
        }
    }
    return true;
}

static const struct weblog_flavour *flavour_of_sample(const struct weblog_sample *sample,
                                                      enum weblog_prefix prefix)
{
    uint32_t n = 0;
    const struct weblog_flavour *flavours = weblog_flavours(&n);
    for (uint32_t i = 0; i + 1 < n; i++) {
        const char *const map[] = {"x", flavours[i].sign, NULL};
        if (sample_members(sample, prefix, map) != 0) {
            return &flavours[i];
        }
    }
    return &flavours[n - 1];
}

static bool w3c_build(const struct weblog_sample *sample, struct weblog_format *f)
{
    weblog_w3c_format(f);
    bool is_good = true;
    for (uint32_t i = 0; i < sample->n; i++) {
        is_good = weblog_w3c_extra(f, sample->line[i].p, sample->line[i].n) && is_good;
    }
    return is_good;
}

// Builds the format `name` with the prefix set in *f.
static bool named_build(const char *name, const struct weblog_wish *wish,
                        const struct weblog_sample *sample, struct weblog_format *f,
                        struct weblog_fault *fault)
{
    f->allow_missing = wish->allow_missing;
    f->is_encoded = strcmp(name, "cloudfront") == 0;
    if (f->is_encoded || strcmp(name, "w3c") == 0) {
        return w3c_build(sample, f) || fail(fault, "too many different #Fields names");
    }
    const struct weblog_flavour *flavour =
        strcmp(name, "json") == 0 ? flavour_of_sample(sample, f->prefix) : flavour_find(name);
    if (flavour != NULL) {
        return json_build(flavour, wish, sample, f, fault);
    }
    if (wish->mapping.n > 0) {
        return fail(fault, "`fields` is for JSON formats");
    }
    return weblog_template_compile(f, name, fault);
}

// How many lines carry a prefix of this kind.
static uint32_t prefix_count(const struct weblog_sample *sample, enum weblog_prefix prefix)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < sample->n; i++) {
        n += weblog_prefix_length(prefix, sample->line[i].p, sample->line[i].n) > 0 ? 1 : 0;
    }
    return n;
}

// Tries one format under every prefix the sample shows and keeps the best of all so far.
static bool candidate_try(const char *name, const struct weblog_wish *wish,
                          const struct weblog_sample *sample, struct weblog_format *best,
                          struct weblog_found *found, struct weblog_fault *fault)
{
    for (int32_t prefix = 0; prefix < WEBLOG_PREFIXES; prefix++) {
        bool is_wanted = wish->prefix >= 0
                             ? prefix == wish->prefix
                             : prefix == 0 || prefix_count(sample, (enum weblog_prefix)prefix) > 0;
        if (!is_wanted) {
            continue;
        }
        struct weblog_format f = {.prefix = (enum weblog_prefix)prefix};
        struct weblog_found tried = {0};
        if (!named_build(name, wish, sample, &f, fault)) {
            return false;
        }
        f.prefix = (enum weblog_prefix)prefix;
        sample_try(&f, wish, sample, &tried);
        if (found->name[0] == '\0' || tried.n_good > found->n_good) {
            snprintf(tried.name, sizeof tried.name, "%s", name);
            *best = f;
            *found = tried;
        }
    }
    return true;
}

// CloudFront's #Fields names its edge locations.
static bool sample_is_cloudfront(const struct weblog_sample *sample)
{
    for (uint32_t i = 0; i < sample->n; i++) {
        const struct weblog_bytes *line = &sample->line[i];
        if (line->p[0] == '#' && memmem(line->p, line->n, " x-edge-location ", 17) != NULL) {
            return true;
        }
    }
    return false;
}

static bool auto_try(const struct weblog_wish *wish, const struct weblog_sample *sample,
                     struct weblog_format *out, struct weblog_found *found,
                     struct weblog_fault *fault)
{
    uint32_t n = 0;
    const struct weblog_preset *presets = weblog_presets(&n);
    if (sample->n == 0) {
        return candidate_try("combined", wish, sample, out, found, fault);
    }
    for (uint32_t i = 0; i < n && wish->mapping.n == 0; i++) {
        if (!presets[i].by_name_only &&
            !candidate_try(presets[i].name, wish, sample, out, found, fault)) {
            return false;
        }
    }
    const char *w3c = sample_is_cloudfront(sample) ? "cloudfront" : "w3c";
    bool is_good = wish->mapping.n > 0 || candidate_try(w3c, wish, sample, out, found, fault);
    is_good = is_good && candidate_try("json", wish, sample, out, found, fault);
    if (is_good && found->n_good == 0) {
        snprintf(fault->text, sizeof fault->text,
                 "no preset reads any of the first %u lines; say in `format` how a line is written",
                 sample->n);
        return false;
    }
    return is_good;
}

bool weblog_detect(const struct weblog_wish *wish, const struct weblog_sample *sample,
                   struct weblog_format *out, struct weblog_found *found,
                   struct weblog_fault *fault)
{
    *found = (struct weblog_found){0};
    *fault = (struct weblog_fault){.at = 0};
    if (strcmp(wish->format, "auto") == 0) {
        return auto_try(wish, sample, out, found, fault);
    }
    return candidate_try(wish->format, wish, sample, out, found, fault);
}
