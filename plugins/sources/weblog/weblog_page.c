// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_page.h"

#include <stdio.h>
#include <string.h>

static bool fail(struct weblog_fault *fault, const char *text, const char *at, const char *why)
{
    snprintf(fault->text, sizeof fault->text, "page `%.100s`: %s", text, why);
    fault->at = (uint32_t)(at - text);
    return false;
}

static int32_t capture_index(struct weblog_pages *pages, const char *name, size_t n)
{
    for (uint32_t i = 0; i < pages->n_captures; i++) {
        if (strlen(pages->captures[i]) == n && strncmp(pages->captures[i], name, n) == 0) {
            return (int32_t)i;
        }
    }
    if (pages->n_captures == WEBLOG_CAPTURES_MAX) {
        return -1;
    }
    memcpy(pages->captures[pages->n_captures], name, n);
    pages->captures[pages->n_captures][n] = '\0';
    return (int32_t)pages->n_captures++;
}

static bool capture_parse(struct weblog_pages *pages, const char *text, const char **p,
                          struct weblog_part *part, struct weblog_fault *fault)
{
    const char *name = *p + 1;
    const char *close = strchr(name, '}');
    if (close == NULL) {
        return fail(fault, text, *p, "no closing brace");
    }
    part->takes_rest = close > name && close[-1] == '*';
    size_t n = (size_t)(close - name) - (part->takes_rest ? 1 : 0);
    if (!weblog_name_is_good(name, n)) {
        return fail(fault, text, *p, "a capture's name must be letters, digits and _");
    }
    int32_t capture = capture_index(pages, name, n);
    if (capture < 0) {
        return fail(fault, text, *p, "more than 16 different captures");
    }
    part->text = NULL;
    part->capture = (uint8_t)capture;
    *p = close + 1;
    if (part->takes_rest && **p != '\0') {
        return fail(fault, text, *p, "nothing may follow a {name*}");
    }
    return **p != '{' || fail(fault, text, *p, "two captures with nothing between them");
}

bool weblog_page_add(struct weblog_pages *pages, const char *name, const char *text,
                     struct weblog_fault *fault)
{
    if (pages->n == WEBLOG_PAGES_MAX) {
        return fail(fault, text, text, "more than 256 pages");
    }
    if (text[0] != '/') {
        return fail(fault, text, text, "a page's path begins with /");
    }
    struct weblog_page page = {.name = name};
    for (const char *p = text; *p != '\0';) {
        if (page.n_parts == WEBLOG_PARTS_MAX) {
            return fail(fault, text, p, "too many parts");
        }
        struct weblog_part *part = &page.parts[page.n_parts++];
        if (*p == '{') {
            if (!capture_parse(pages, text, &p, part, fault)) {
                return false;
            }
            continue;
        }
        part->text = p;
        part->n = (uint32_t)strcspn(p, "{");
        p += part->n;
    }
    pages->page[pages->n++] = page;
    return true;
}

// End of a capture that begins at p: where the next literal stands, inside the segment.
static const uint8_t *capture_end(const struct weblog_part *part, const struct weblog_part *next,
                                  const uint8_t *p, const uint8_t *end)
{
    if (part->takes_rest) {
        return end;
    }
    const uint8_t *slash = p < end ? memchr(p, '/', (size_t)(end - p)) : NULL;
    const uint8_t *stop = slash == NULL ? end : slash;
    if (next == NULL || next->text[0] == '/') {
        return stop;
    }
    return memmem(p, (size_t)(stop - p), next->text, strcspn(next->text, "/{"));
}

static bool page_matches(const struct weblog_page *page, struct weblog_bytes path,
                         struct weblog_bytes captured[WEBLOG_CAPTURES_MAX])
{
    const uint8_t *p = path.p;
    const uint8_t *end = p + path.n;
    for (uint32_t i = 0; i < page->n_parts; i++) {
        const struct weblog_part *part = &page->parts[i];
        if (part->text != NULL) {
            if ((uint64_t)(end - p) < part->n || memcmp(p, part->text, part->n) != 0) {
                return false;
            }
            p += part->n;
            continue;
        }
        const struct weblog_part *next = i + 1 < page->n_parts ? part + 1 : NULL;
        const uint8_t *stop = capture_end(part, next, p, end);
        if (stop == NULL || stop == p) {
            return false;
        }
        captured[part->capture] = (struct weblog_bytes){p, (uint64_t)(stop - p)};
        p = stop;
    }
    return p == end;
}

int32_t weblog_page_match(const struct weblog_pages *pages, struct weblog_bytes path,
                          struct weblog_bytes captured[WEBLOG_CAPTURES_MAX])
{
    for (uint32_t i = 0; i < pages->n; i++) {
        memset(captured, 0, sizeof(struct weblog_bytes) * pages->n_captures);
        if (page_matches(&pages->page[i], path, captured)) {
            return (int32_t)i;
        }
    }
    memset(captured, 0, sizeof(struct weblog_bytes) * pages->n_captures);
    return -1;
}
