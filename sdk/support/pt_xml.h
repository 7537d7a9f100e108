// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// XML text made in memory, then written at once: a model's export_as(). Escapes by itself; a failed
// allocation, and a character that XML 1.0 cannot hold, stick and show at the end.
#ifndef PT_XML_H
#define PT_XML_H

#include <stdbool.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

struct pt_xml {
    const pt_host *host;
    char *text;
    uint64_t n;
    uint64_t capacity;
    bool failed;      // no memory
    bool is_unfit;    // a character that XML cannot hold
    bool is_tag_open; // attributes may follow
};

// {.host = host} is an empty text. An element: open, attributes, then content, close.
void pt_xml_open(struct pt_xml *x, const char *element);
void pt_xml_attribute(struct pt_xml *x, const char *name, const char *value);
void pt_xml_attribute_f64(struct pt_xml *x, const char *name, double value); // reads back the same
void pt_xml_attribute_u64(struct pt_xml *x, const char *name, uint64_t value);
void pt_xml_content(struct pt_xml *x, const char *value);
void pt_xml_content_f64(struct pt_xml *x, double value);
void pt_xml_close(struct pt_xml *x, const char *element);
// Bytes as they are, between elements.
void pt_xml_raw(struct pt_xml *x, const char *bytes, uint64_t n);
// PT_E_NO_MEMORY, PT_E_UNSUPPORTED, or PT_OK.
pt_status pt_xml_status(const struct pt_xml *x, pt_error *err);
// Writes the text and frees it; also frees after a failure.
pt_status pt_xml_write(struct pt_xml *x, pt_writer *writer, pt_error *err);
void pt_xml_release(struct pt_xml *x);

PT_EXTERN_C_END

#endif
