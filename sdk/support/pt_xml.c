// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_xml.h"

#include <stdio.h>
#include <string.h>

#include "pt_format.h"
#include "pt_utf8.h"

static void add(struct pt_xml *x, const char *text, uint64_t n)
{
    if (n == 0) {
        return;
    }
    if (x->failed || !pt_mem_reserve(x->host, &x->text, &x->capacity, x->n + n, 1)) {
        x->failed = true;
        return;
    }
    memcpy(x->text + x->n, text, n);
    x->n += n;
}

static void add_text(struct pt_xml *x, const char *text)
{
    add(x, text, strlen(text));
}

// Tabs and line ends are written as references: a reader turns them into spaces otherwise.
static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

// U+FFFE and U+FFFF are no characters of XML.
static bool is_nonchar(const char *value, uint64_t i)
{
    const unsigned char *c = (const unsigned char *)value + i;
    return c[0] == 0xEF && c[1] == 0xBF && (c[2] == 0xBE || c[2] == 0xBF);
}

static void add_escaped(struct pt_xml *x, const char *value)
{
    uint64_t n = strlen(value);
    x->is_unfit = x->is_unfit || !pt_utf8_is_valid((const uint8_t *)value, n);
    for (uint64_t i = 0; i < n && !x->is_unfit; i++) {
        const char *escape = escape_of(value[i]);
        bool is_control = (unsigned char)value[i] < 0x20 && escape == NULL;
        x->is_unfit = is_control || is_nonchar(value, i);
        if (escape != NULL) {
            add_text(x, escape);
        } else {
            add(x, value + i, 1);
        }
    }
}

static void end_tag(struct pt_xml *x)
{
    if (x->is_tag_open) {
        add(x, ">", 1);
        x->is_tag_open = false;
    }
}

void pt_xml_open(struct pt_xml *x, const char *element)
{
    end_tag(x);
    add(x, "\n", x->n == 0 ? 0 : 1);
    add(x, "<", 1);
    add_text(x, element);
    x->is_tag_open = true;
}

void pt_xml_attribute(struct pt_xml *x, const char *name, const char *value)
{
    add(x, " ", 1);
    add_text(x, name);
    add(x, "=\"", 2);
    add_escaped(x, value);
    add(x, "\"", 1);
}

void pt_xml_attribute_f64(struct pt_xml *x, const char *name, double value)
{
    char text[PT_FORMAT_MAX + 1];
    text[pt_format_f64(value, text)] = '\0';
    pt_xml_attribute(x, name, text);
}

void pt_xml_attribute_u64(struct pt_xml *x, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    pt_xml_attribute(x, name, text);
}

void pt_xml_content(struct pt_xml *x, const char *value)
{
    end_tag(x);
    add_escaped(x, value);
}

void pt_xml_content_f64(struct pt_xml *x, double value)
{
    char text[PT_FORMAT_MAX];
    end_tag(x);
    add(x, text, pt_format_f64(value, text));
}

void pt_xml_close(struct pt_xml *x, const char *element)
{
    if (x->is_tag_open) {
        add(x, "/>", 2);
        x->is_tag_open = false;
        return;
    }
    add(x, "</", 2);
    add_text(x, element);
    add(x, ">", 1);
}

void pt_xml_raw(struct pt_xml *x, const char *bytes, uint64_t n)
{
    end_tag(x);
    add(x, bytes, n);
}

pt_status pt_xml_status(const struct pt_xml *x, pt_error *err)
{
    if (x->failed) {
        return pt_fail(x->host, err, PT_E_NO_MEMORY, NULL, "no memory for the XML text");
    }
    if (x->is_unfit) {
        return pt_fail(x->host, err, PT_E_UNSUPPORTED, NULL,
                       "a name or text has a character that XML cannot hold");
    }
    return PT_OK;
}

pt_status pt_xml_write(struct pt_xml *x, pt_writer *writer, pt_error *err)
{
    pt_status status = pt_xml_status(x, err);
    if (status == PT_OK) {
        status = x->host->writer->write(writer, x->text, x->n, err);
    }
    pt_xml_release(x);
    return status;
}

void pt_xml_release(struct pt_xml *x)
{
    pt_mem_free(x->host, x->text);
    *x = (struct pt_xml){.host = x->host};
}
