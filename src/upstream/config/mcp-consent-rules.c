/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-consent-rules.h"

#include "common/mcp-glob.h"

typedef struct
{
  char *glob;
  McpConsentWord word;
  gsize n_literal; /* characters that stand for themselves */
} Rule;

struct _McpConsentRules
{
  GArray *rules; /* (owned): Rule */
};

static void
rule_clear (gpointer data)
{
  g_free (((Rule *) data)->glob);
}

/**
 * mcp_consent_rules_new:
 *
 * Returns: (transfer full): nothing is said of any tool
 */
McpConsentRules *
mcp_consent_rules_new (void)
{
  McpConsentRules *self = g_new0 (McpConsentRules, 1);

  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, rule_clear);
  return self;
}

/**
 * mcp_consent_rules_free:
 * @self: (transfer full): the rules
 */
void
mcp_consent_rules_free (McpConsentRules *self)
{
  g_array_unref (self->rules);
  g_free (self);
}

/**
 * mcp_consent_rules_add:
 * @self: rules that nobody else has yet
 * @glob: over the server's own names of its tools; `*` and `?` are wildcards
 * @word: what holds for those that match
 */
void
mcp_consent_rules_add (McpConsentRules *self, const char *glob, McpConsentWord word)
{
  Rule rule = { .glob = g_strdup (glob), .word = word };

  for (const char *at = glob; *at != '\0'; at++)
    if (*at != '*' && *at != '?')
      rule.n_literal++;
  g_array_append_val (self->rules, rule);
}

/**
 * mcp_consent_rules_find:
 * @self: the rules
 * @tool: the server's own name of a tool
 *
 * Returns: the word of the rule that fits best; %MCP_CONSENT_UNSET where none fits
 */
McpConsentWord
mcp_consent_rules_find (const McpConsentRules *self, const char *tool)
{
  const Rule *best = NULL;
  McpGlobText text;

  mcp_glob_text_init (&text, tool);
  for (guint i = 0; i < self->rules->len; i++)
    {
      const Rule *rule = &g_array_index (self->rules, Rule, i);

      if (!mcp_glob_text_matches (&text, rule->glob))
        continue;
      if (best == NULL || rule->n_literal > best->n_literal ||
          (rule->n_literal == best->n_literal && rule->word > best->word))
        best = rule;
    }
  return best != NULL ? best->word : MCP_CONSENT_UNSET;
}
