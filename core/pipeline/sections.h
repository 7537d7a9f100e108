// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sections of a pipeline, one reader each; used by pipeline.c only.
#ifndef PORTRAIT_PIPELINE_SECTIONS_H
#define PORTRAIT_PIPELINE_SECTIONS_H

#include "fields.h"
#include "pipeline.h"

// Each takes the section's node (NULL = absent) and fills its part of `p`.
void section_sources(struct pipeline *p, const struct node *node, struct diags *diags);
void section_events(struct pipeline *p, const struct node *node, struct diags *diags);
void section_identity(struct pipeline *p, const struct node *node, struct diags *diags);
void section_features(struct pipeline *p, const struct node *node, struct diags *diags);
void section_labels(struct pipeline *p, const struct node *node, struct diags *diags);
void section_derive(struct pipeline *p, const struct node *node, struct diags *diags);
void section_models(struct pipeline *p, const struct node *node, struct diags *diags);
void section_audiences(struct pipeline *p, const struct node *node, struct diags *diags);
void section_sinks(struct pipeline *p, const struct node *node, struct diags *diags);

// name -> scalar entries of a map.
void section_named(struct pipeline *p, const struct node *node, struct diags *diags,
                   const char *owner, struct named_node **out, size_t *n);
// Zeroed items of a section's map in p->arena, *n = its pairs; NULL for an absent or empty one.
void *section_items(struct pipeline *p, const struct fields *f, size_t size, size_t *n);
// As fields_nodes, into a node_list.
void section_list(const struct fields *f, const char *key, struct node_list *out);

#endif
