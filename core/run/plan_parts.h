// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Parts of the plan, one file each; used by plan.c only. Every part reports its faults and goes on.
#ifndef PORTRAIT_RUN_PLAN_PARTS_H
#define PORTRAIT_RUN_PLAN_PARTS_H

#include "plan.h"

void plan_add_sources(struct plan *p);  // components, configs, discovery, time columns
void plan_add_events(struct plan *p);   // chains of conditions
void plan_add_identity(struct plan *p); // namespaces, identifiers of rows
void plan_add_cutoffs(struct plan *p);
void plan_add_features(struct plan *p); // statics, features, consents, population, labels
void plan_add_derived(struct plan *p);
void plan_add_labels(struct plan *p);
void plan_add_models(struct plan *p);
void plan_add_audiences(struct plan *p);
void plan_add_sinks(struct plan *p);

// Is the name declared somewhere (feature, derived value, label, model, static column), though it
// may have failed? Then whatever refers to it needs no error of its own.
bool plan_is_declared(const struct plan *p, struct text name);
// Adds a diagnostic at a node; a hint of NULL is none.
void plan_fault(struct plan *p, const char *code, const struct node *at, const char *hint,
                const char *format, ...) PT_PRINTF(5, 6);
// As plan_fault for a call that failed; memory that ran out is no fault of the pipeline. An owner
// of NULL is none.
void plan_error(struct plan *p, const char *code, const struct node *at, const char *owner,
                const struct pt_error *err);
// "did you mean `x`?" into hint, or "".
void plan_hint(const char *wrong, const char *const *names, size_t n, char hint[160]);
// Out of memory: noted once. Returns NULL for ease of use.
void *plan_no_memory(struct plan *p);
void *plan_alloc(struct plan *p, size_t n, size_t size); // zeroed, in the plan's arena

// Compiles an expression of a node; P0301 with the position inside it. NULL when it failed.
struct expr *plan_expr(struct plan *p, const struct node *node, const struct expr_scope *scope);
// Also: must be a condition (P0302).
struct expr *plan_condition(struct plan *p, const struct node *node,
                            const struct expr_scope *scope);
// Over the rows of a source; notes which columns are read. NULL when the source is not open.
struct expr *plan_source_expr(struct plan *p, uint32_t source, const struct node *node,
                              bool is_condition);
// As plan_source_expr for a text of the host's own.
struct expr *plan_source_text(struct plan *p, uint32_t source, const char *text,
                              struct pt_error *err);
// Scope of the plan columns known so far; names in the arena.
bool plan_profile_scope(struct plan *p, bool allow_column_functions, struct expr_scope *scope);
// Notes which namespaces an expression over profiles reads.
void plan_note_uses(struct plan *p, const struct expr *e);
// Adds a plan column; P0205 when the name is taken. False then.
bool plan_column_add(struct plan *p, const char *name, enum vec_type type, enum plan_origin origin,
                     uint32_t index, const struct node *at);
int32_t plan_source_find(const struct plan *p, struct text name); // -1 = none
int32_t plan_event_find(const struct plan *p, struct text name);  // -1 = none
// Suggests a source or event.
void plan_hint_rows(const struct plan *p, const char *wrong, char hint[160]);
// Does it hold a variable that could not be replaced? That was reported where it stands.
bool plan_is_broken(const struct plan *p, const struct node *node);
// Fills a component's config from `with`; NULL when it failed.
struct config *plan_config(struct plan *p, const struct component_info *component,
                           const struct node *with, const struct node *at, const char *owner,
                           const struct config_services *services);
// The run's services for options, without secrets where they need not exist.
struct config_services plan_services(const struct plan *p);
// The component of a `plugin:` node, or NULL (P0501).
const struct component_info *plan_component(struct plan *p, pt_kind kind, const struct node *node);
// A path as written, made absolute (the pipeline's folder, or the working folder for --var).
const char *plan_path(struct plan *p, const struct node *node);
// Adds a feature of the profile spec. NULL when memory is out.
struct profile_feature *plan_feature_add(struct plan *p);

#endif
