# One file for every node of the compose cluster; what differs comes from the environment
# (MESHFW_NODE_ID, MESHFW_CLUSTER_ADVERTISE).
node {
  id       = "node1"
  data_dir = "/var/lib/meshfw"
}

http {
  listen          = "0.0.0.0:8000"
  allow_plaintext = true # inside the compose network; published on loopback only
}

cluster {
  listen           = "0.0.0.0:7000"
  advertise        = "node1:7000"
  bootstrap_expect = 3
  join             = ["node1:7000", "node2:7000", "node3:7000"]
  tls {
    ca_file   = "/secrets/ca.pem"
    cert_file = "/secrets/${env("MESHFW_NODE_ID")}.pem"
    key_file  = "/secrets/${env("MESHFW_NODE_ID")}-key.pem"
  }
}

auth {
  mode        = "keys"
  admin_token = file("/secrets/admin-token")
}

log {
  format = "json"
}

provider "openai" {
  dialect  = "openai"
  base_url = "https://api.openai.com"
  api_key  = env("OPENAI_API_KEY")
  models   = ["gpt-*", "o*", "text-embedding-*"]
}

provider "anthropic" {
  dialect  = "anthropic"
  base_url = "https://api.anthropic.com"
  api_key  = env("ANTHROPIC_API_KEY")
  models   = ["claude-*"]
}

provider "gemini" {
  dialect  = "gemini"
  base_url = "https://generativelanguage.googleapis.com"
  api_key  = env("GEMINI_API_KEY")
  models   = ["gemini-*"]
}

budget "global" {
  limit  = "1000"
  window = "month"
  alerts = [50, 80, 100]
}

budget "user" {
  per    = ["user"]
  limit  = "100"
  window = "month"
}

budget "agent" {
  per         = ["agent"]
  limit       = "10"
  window      = "day"
  concurrency = 50
}
