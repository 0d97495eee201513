// Evaluates requests of roles, as JSON in and out; see tests/support/e2e/evaluator.py.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const { policies, trusts, requests } = JSON.parse(readFileSync(0, 'utf8'))
const sids = (results, kind) => [
  ...new Set(
    results.flatMap(({ analysis }) => analysis.identityAnalysis?.[kind] ?? []).map((each) => each.explain.identifier)
  )
]

// A principal outside the product may do anything by its own policy: the resource's policy decides.
const anything = { Version: '2012-10-17', Statement: [{ Sid: 'Anything', Effect: 'Allow', Action: '*', Resource: '*' }] }

const evaluate = async ({ role, action, resource, context, sessionPolicy }) => {
  const [, , , , account, name] = role.split(':')
  const trust = trusts[resource]
  const told = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${account}:assumed-role/${name.split('/').at(-1)}/e2e`,
        action,
        // The other account decides on trust and on who may write to a bus. The role decides on the rest.
        resource: { resource, accountId: trust ? resource.split(':')[4] : account },
        contextVariables: context
      },
      identityPolicies: policies[role] ?? [{ name: 'Any', policy: anything }],
      sessionPolicy: sessionPolicy ?? undefined,
      resourcePolicy: trust,
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  // A resource with a wildcard (all groups, for example) has one result for each pattern.
  const results = told.resultType === 'single' ? [told.result] : (told.results ?? [])
  return {
    result: told.overallResult ?? told.resultType,
    errors: told.errors,
    allowedBy: sids(results, 'allowStatements'),
    deniedBy: sids(results, 'denyStatements'),
    ignored: [...new Set(results.flatMap((each) => each.ignoredContextKeys ?? []))]
  }
}

const answers = []
for (const request of requests) answers.push(await evaluate(request))
process.stdout.write(JSON.stringify(answers))
