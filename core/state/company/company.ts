/** The company: its name, its CEO and its chief agent. */
export interface Company {
  name: string;
  ceo_name: string;
  ceo_role: string;
  chief_agent_id: string | null;
  /** How this company began. */
  mode: "demo" | "blank" | "bootstrap";
}
