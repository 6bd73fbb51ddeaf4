/** The structural scaffolding that every company has, blank ones too: skills, org templates, office. */
export const scaffold = {
  skill_catalog: [
    {
      specialist: "planning",
      name: "Planning",
      skills: ["prioritising", "routing", "coordination"],
    },
    { specialist: "code", name: "Engineering", skills: ["backend", "frontend", "testing"] },
    { specialist: "research", name: "Research", skills: ["market analysis", "trends", "sources"] },
    { specialist: "ops", name: "Operations", skills: ["deployment", "monitoring", "automation"] },
    { specialist: "docs", name: "Documentation", skills: ["writing", "editing", "knowledge base"] },
    { specialist: "qa", name: "Quality", skills: ["validation", "test plans", "release checks"] },
    { specialist: "design", name: "Design", skills: ["interfaces", "layout", "illustration"] },
    { specialist: "security", name: "Security", skills: ["threat models", "reviews", "hardening"] },
    {
      specialist: "distribution",
      name: "Distribution",
      skills: ["publishing", "channels", "reach"],
    },
    { specialist: "media", name: "Media", skills: ["monitoring", "analysis", "briefings"] },
    { specialist: "procurement", name: "Procurement", skills: ["vendors", "budgets", "contracts"] },
    { specialist: "hr", name: "People", skills: ["hiring", "onboarding", "agent profiles"] },
  ],
  org_templates: [
    { id: "solo-chief", name: "One chief", levels: ["chief"] },
    { id: "small-team", name: "Chief and specialists", levels: ["chief", "specialist"] },
    { id: "departments", name: "Departments", levels: ["chief", "manager", "specialist"] },
  ],
  office_layout: {
    zones: [
      { id: "desks", name: "Desks", holds: "working" },
      { id: "review-rail", name: "Review rail", holds: "validation" },
      { id: "sync-table", name: "Sync table", holds: "blocked" },
      { id: "lounge", name: "Lounge", holds: "idle" },
    ],
  },
} as const;
